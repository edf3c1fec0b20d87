using System.Globalization;
using System.Text;

namespace Assay.Data.Tokenization.Jinja;

/// <summary>The functions a template finds without defining them.</summary>
internal static class Globals
{
    /// <summary>A scope with every function.</summary>
    /// <param name="now">The time that <c>strftime_now</c> shows; null makes the function fail.</param>
    /// <param name="budget">Bounds of the rendering.</param>
    public static Scope Scope(DateTimeOffset? now, RenderBudget budget)
    {
        var scope = new Scope(outer: null);
        JinjaFunction[] functions =
        [
            new("raise_exception", static arguments => throw new ChatTemplateException(arguments.TextAt(0, "message"), raisedByTemplate: true)),
            new("strftime_now", arguments => now is { } time
                ? Format(time, arguments.TextAt(0, "format"))
                : throw new ChatTemplateException("The chat template asks for the date, and the caller gave none.")),
            new("namespace", static arguments => Namespace(arguments)),
            new("dict", static arguments => Map(arguments)),
            new("range", arguments => Range(arguments, budget)),
        ];
        foreach (var function in functions)
        {
            scope.Set(function.Name, function);
        }

        return scope;
    }

    private static JinjaNamespace Namespace(CallArguments arguments)
    {
        var space = new JinjaNamespace();
        foreach (var (name, value) in Map(arguments))
        {
            space.Values[name] = value;
        }

        return space;
    }

    private static JinjaMap Map(CallArguments arguments)
    {
        var map = new JinjaMap();
        foreach (var (name, value) in arguments.At(0, "") is JinjaMap given ? given.Concat(arguments.Named) : arguments.Named)
        {
            map[name] = value;
        }

        return map;
    }

    private static List<object?> Range(CallArguments arguments, RenderBudget budget)
    {
        var (start, stop) = arguments.Positional.Count > 1
            ? (arguments.WholeAt(0, "start", 0), arguments.WholeAt(1, "stop", 0))
            : (0, arguments.WholeAt(0, "stop", 0));
        var step = arguments.WholeAt(2, "step", 1);
        if (step == 0)
        {
            throw new ChatTemplateException("The chat template calls 'range' with a step of zero.");
        }

        var distance = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        var stride = Int128.Abs(step);
        var count = distance <= 0 ? 0 : (distance + stride - 1) / stride;
        budget.Charge((long)Int128.Min(count, long.MaxValue / RenderBudget.ItemCost) * RenderBudget.ItemCost);
        return [.. Enumerable.Range(0, (int)count).Select(i => (object?)(start + (i * step)))];
    }

    private static string Format(DateTimeOffset time, string format)
    {
        var result = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                result.Append(format[i]);
                continue;
            }

            // %-d drops the leading zero, as the C library of Linux has it.
            var bare = format[i + 1] == '-' && i + 2 < format.Length;
            i += bare ? 2 : 1;
            var field = format[i] switch
            {
                'd' => "dd",
                'm' => "MM",
                'y' => "yy",
                'Y' => "yyyy",
                'b' => "MMM",
                'B' => "MMMM",
                'a' => "ddd",
                'A' => "dddd",
                'H' => "HH",
                'I' => "hh",
                'M' => "mm",
                'S' => "ss",
                'p' => "tt",
                'F' => "yyyy-MM-dd",
                'T' => "HH:mm:ss",
                '%' => "'%'",
                _ => throw new ChatTemplateException($"The chat template formats the date with '%{format[i]}', which is not supported."),
            };
            var text = time.ToString(field, CultureInfo.InvariantCulture);
            result.Append(bare ? text.TrimStart('0').PadLeft(1, '0') : text);
        }

        return result.ToString();
    }
}
