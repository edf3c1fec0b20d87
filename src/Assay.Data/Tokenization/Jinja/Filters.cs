using System.Globalization;

namespace Assay.Data.Tokenization.Jinja;

/// <summary>The filters a template can use: the list is <see cref="All"/>, those over lists are in <see cref="ListFilters"/>.</summary>
internal static class Filters
{
    public delegate object? Filter(object? input, CallArguments arguments, RenderBudget budget);

    private static readonly Dictionary<string, Filter> All = new(ListFilters.All, StringComparer.Ordinal)
    {
        ["trim"] = static (input, arguments, budget) => OfText("strip", input, arguments, budget),
        ["upper"] = static (input, arguments, budget) => OfText("upper", input, arguments, budget),
        ["lower"] = static (input, arguments, budget) => OfText("lower", input, arguments, budget),
        ["title"] = static (input, _, budget) => Charged(PythonText.Str(input, budget), budget) is var text && input is SafeText ? new SafeText(TextMethods.TitleWords(text)) : TextMethods.TitleWords(text),
        ["capitalize"] = static (input, arguments, budget) => OfText("capitalize", input, arguments, budget),
        ["replace"] = static (input, arguments, budget) => OfText("replace", input, arguments, budget),
        ["string"] = static (input, _, budget) => input is SafeText ? input : PythonText.Str(input, budget),
        ["safe"] = static (input, _, budget) => input is SafeText ? input : new SafeText(PythonText.Str(input, budget)),
        ["escape"] = static (input, _, budget) => input is SafeText ? input : new SafeText(Operators.Escape(PythonText.Str(input, budget), budget)),
        ["e"] = static (input, arguments, budget) => Apply("escape", input, arguments, budget),
        ["tojson"] = static (input, arguments, budget) => ToJson(input, arguments, budget),
        ["default"] = static (input, arguments, _) =>
            input is Undefined || (Operators.Truth(arguments.At(1, "boolean", false)) && !Operators.Truth(input)) ? arguments.At(0, "default_value", "") : input,
        ["d"] = static (input, arguments, budget) => Apply("default", input, arguments, budget),
        ["int"] = static (input, arguments, _) => ToWhole(input) ?? arguments.At(0, "default", 0L),
        ["float"] = static (input, arguments, _) => ToReal(input) ?? arguments.At(0, "default", 0.0),
        ["abs"] = static (input, _, _) => input is long whole ? (object)Math.Abs(Math.Max(whole, -long.MaxValue)) : Math.Abs(ToReal(input) ?? throw NoNumber("abs", input)),
        ["round"] = static (input, arguments, _) => Math.Round(
            ToReal(input) ?? throw NoNumber("round", input), (int)Math.Clamp(arguments.WholeAt(0, "precision", 0), 0, 15), MidpointRounding.ToEven),
        ["indent"] = static (input, arguments, budget) => Indent(input, arguments, budget),
    };

    private static string Charged(string text, RenderBudget budget)
    {
        budget.Charge(text.Length);
        return text;
    }

    public static object? Apply(string name, object? input, CallArguments arguments, RenderBudget budget)
    {
        budget.Step();
        return All.TryGetValue(name, out var filter)
            ? filter(input, arguments, budget)
            : throw new ChatTemplateException($"The chat template uses the filter '{name}', which is not supported.");
    }

    private static object? OfText(string method, object? input, CallArguments arguments, RenderBudget budget) =>
        TextMethods.Find(PythonText.Str(input, budget), input is SafeText, method, budget)!.Call(arguments);

    private static string ToJson(object? input, CallArguments arguments, RenderBudget budget)
    {
        // Hugging Face's order: ensure_ascii, indent, separators, sort_keys.
        if (Operators.Truth(arguments.At(0, "ensure_ascii", false)))
        {
            throw new ChatTemplateException("The chat template calls 'tojson' with ensure_ascii, which is not supported.");
        }

        var indent = arguments.At(1, "indent");
        (string, string)? separators = arguments.At(2, "separators") switch
        {
            null => null,
            List<object?> { Count: 2 } pair when PythonText.AsText(pair[0]) is { } item && PythonText.AsText(pair[1]) is { } key => (item, key),
            _ => throw new ChatTemplateException("The chat template calls 'tojson' with separators that are not two texts."),
        };
        var width = indent is null ? (int?)null : (int)Math.Clamp(arguments.WholeAt(1, "indent", 0), int.MinValue, int.MaxValue);
        return new JsonText(budget, width, Operators.Truth(arguments.At(3, "sort_keys", false))) { Separators = separators }.Write(input);
    }

    private static object? ToWhole(object? input) => input switch
    {
        bool truth => truth ? 1L : 0L,
        long => input,
        double number when Math.Abs(number) < long.MaxValue => (long)number,
        _ => PythonText.AsText(input) is { } text
            ? long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole
                : ToReal(text) is { } real && Math.Abs(real) < long.MaxValue ? (long)real : null
            : null,
    };

    private static double? ToReal(object? input) => input switch
    {
        bool truth => truth ? 1 : 0,
        long whole => whole,
        double number => number,
        _ => double.TryParse(PythonText.AsText(input)?.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null,
    };

    private static string Indent(object? input, CallArguments arguments, RenderBudget budget)
    {
        var width = arguments.At(0, "width", 4L);
        var pad = PythonText.AsText(width) ?? new string(' ', (int)Math.Clamp(arguments.WholeAt(0, "width", 4), 0, 256));
        var lines = PythonText.Str(input, budget).Split('\n');
        budget.Charge((long)lines.Length * pad.Length);
        var blankToo = Operators.Truth(arguments.At(2, "blank", false));
        var firstToo = Operators.Truth(arguments.At(1, "first", false));
        return string.Join('\n', lines.Select((line, i) => (i == 0 ? firstToo : blankToo || line.Length > 0) ? pad + line : line));
    }

    private static ChatTemplateException NoNumber(string filter, object? input) =>
        new($"The chat template applies '{filter}' to {Operators.Kind(input)}.");
}
