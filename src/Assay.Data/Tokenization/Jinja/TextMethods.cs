using System.Globalization;
using System.Text;

namespace Assay.Data.Tokenization.Jinja;

/// <summary>Python's methods of <c>str</c>.</summary>
internal static class TextMethods
{
    private delegate object? Method(string text, CallArguments arguments, RenderBudget budget);

    private static readonly Dictionary<string, Method> All = new(StringComparer.Ordinal)
    {
        ["strip"] = static (text, arguments, budget) => Set(text, arguments, budget) is var set ? PythonText.StripEnd(PythonText.StripStart(text, set), set) : null,
        ["lstrip"] = static (text, arguments, budget) => PythonText.StripStart(text, Set(text, arguments, budget)),
        ["rstrip"] = static (text, arguments, budget) => PythonText.StripEnd(text, Set(text, arguments, budget)),
        ["upper"] = static (text, _, _) => text.ToUpperInvariant().Replace("ß", "SS", StringComparison.Ordinal),
        ["lower"] = static (text, _, _) => text.ToLowerInvariant(),
        ["title"] = static (text, _, _) => Title(text),
        ["capitalize"] = static (text, _, _) => Capitalize(text),
        ["startswith"] = static (text, arguments, _) => Affixes(arguments).Exists(part => text.StartsWith(part, StringComparison.Ordinal)),
        ["endswith"] = static (text, arguments, _) => Affixes(arguments).Exists(part => text.EndsWith(part, StringComparison.Ordinal)),
        ["removeprefix"] = static (text, arguments, _) => arguments.TextAt(0, "prefix") is var part && text.StartsWith(part, StringComparison.Ordinal) ? text[part.Length..] : text,
        ["removesuffix"] = static (text, arguments, _) => arguments.TextAt(0, "suffix") is var part && text.EndsWith(part, StringComparison.Ordinal) ? text[..^part.Length] : text,
        ["split"] = static (text, arguments, budget) => Split(text, arguments, fromEnd: false, budget),
        ["rsplit"] = static (text, arguments, budget) => Split(text, arguments, fromEnd: true, budget),
        ["splitlines"] = static (text, _, budget) => Lines(text, budget),
        ["join"] = static (text, arguments, budget) => Join(Operators.Iterate(arguments.At(0, "iterable"), budget), text, budget),
        ["replace"] = static (text, arguments, budget) => Replace(text, arguments, budget),
        ["find"] = static (text, arguments, budget) => Place(text, text.IndexOf(Sought(text, arguments, budget), StringComparison.Ordinal)),
        ["rfind"] = static (text, arguments, budget) => Place(text, text.LastIndexOf(Sought(text, arguments, budget), StringComparison.Ordinal)),
        ["count"] = static (text, arguments, budget) => Occurrences(text, arguments.TextAt(0, "sub"), budget),
        ["isdigit"] = static (text, _, _) => All1(text, static unit => char.IsDigit(unit)),
        ["isalpha"] = static (text, _, _) => All1(text, static unit => char.IsLetter(unit)),
        ["isalnum"] = static (text, _, _) => All1(text, static unit => char.IsLetterOrDigit(unit)),
        ["isspace"] = static (text, _, _) => All1(text, PythonText.IsBlank),
        ["isupper"] = static (text, _, _) => text.Any(char.IsUpper) && !text.Any(char.IsLower),
        ["islower"] = static (text, _, _) => text.Any(char.IsLower) && !text.Any(char.IsUpper),
    };

    /// <summary>The method of a text, or null when Python has none of that name that a template may call.</summary>
    public static JinjaFunction? Find(string text, bool isSafe, string name, RenderBudget budget) => !All.TryGetValue(name, out var method) ? null : new(name, arguments =>
    {
        budget.Charge(text.Length);
        var result = method(text, arguments, budget);
        return isSafe && result is string changed ? new SafeText(changed) : result;
    });

    public static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var inWord = false;
        foreach (var unit in text)
        {
            result.Append(inWord ? char.ToLowerInvariant(unit) : char.ToUpperInvariant(unit));
            inWord = char.IsLetter(unit);
        }

        return result.ToString();
    }

    /// <summary>Jinja's filter of the same name, which is not Python's method: words begin after blanks, hyphens and opening brackets only.</summary>
    public static string TitleWords(string text)
    {
        var result = new StringBuilder(text.Length);
        var inWord = false;
        foreach (var unit in text)
        {
            result.Append(inWord ? char.ToLowerInvariant(unit) : char.ToUpperInvariant(unit));
            inWord = !PythonText.IsBlank(unit) && !"-({[<".Contains(unit);
        }

        return result.ToString();
    }

    public static string Capitalize(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    public static string Join(List<object?> items, string separator, RenderBudget budget)
    {
        var texts = items.ConvertAll(item => PythonText.Str(item, budget));
        budget.Charge(texts.Sum(static text => (long)text.Length) + ((long)separator.Length * texts.Count));
        return string.Join(separator, texts);
    }

    public static string Replace(string text, CallArguments arguments, RenderBudget budget)
    {
        var (old, fresh) = (arguments.TextAt(0, "old"), arguments.TextAt(1, "new"));
        var most = arguments.WholeAt(2, "count", -1);
        var count = Occurrences(text, old, budget);
        budget.Charge(text.Length + (count * fresh.Length));
        if (old.Length == 0)
        {
            return Interleave(text, fresh, most < 0 ? count : Math.Min(most, count));
        }

        if (most < 0 || most >= count)
        {
            return text.Replace(old, fresh, StringComparison.Ordinal);
        }

        var result = new StringBuilder();
        var position = 0;
        for (var i = 0; i < most; i++)
        {
            var at = text.IndexOf(old, position, StringComparison.Ordinal);
            result.Append(text, position, at - position).Append(fresh);
            position = at + old.Length;
        }

        return result.Append(text, position, text.Length - position).ToString();
    }

    // The empty text is found before every character and at the end.
    private static string Interleave(string text, string fresh, long most)
    {
        var result = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            result.Append(most-- > 0 ? fresh : "").Append(rune);
        }

        return result.Append(most > 0 ? fresh : "").ToString();
    }

    private static string? Set(string text, CallArguments arguments, RenderBudget budget)
    {
        var set = arguments.At(0, "chars") is null ? null : arguments.TextAt(0, "chars");
        budget.Search(text, set ?? "");
        return set;
    }

    private static string Sought(string text, CallArguments arguments, RenderBudget budget)
    {
        var sought = arguments.TextAt(0, "sub");
        budget.Search(text, sought);
        return sought;
    }

    private static List<string> Affixes(CallArguments arguments) => arguments.At(0, "prefix") is List<object?> several
        ? several.ConvertAll(static item => PythonText.AsText(item) ?? throw new ChatTemplateException("The chat template looks for an affix that is no text."))
        : [arguments.TextAt(0, "prefix")];

    private static long Occurrences(string text, string part, RenderBudget budget)
    {
        budget.Search(text, part);
        if (part.Length == 0)
        {
            return PythonText.Length(text) + 1;
        }

        var count = 0L;
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
        {
            count++;
        }

        return count;
    }

    private static long Place(string text, int unit) => unit < 0 ? -1 : PythonText.Length(text[..unit]);

    private static bool All1(string text, Func<char, bool> holds) => text.Length > 0 && text.All(holds);

    private static List<object?> Lines(string text, RenderBudget budget)
    {
        char[] ends = ['\n', '\r', '\v', '\f', '\u001C', '\u001D', '\u001E', '\u0085', '\u2028', '\u2029'];
        budget.Charge(text.LongCount(ends.Contains) * RenderBudget.ItemCost);
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split(ends);
        return [.. lines[^1].Length == 0 ? lines[..^1] : lines];
    }

    private static List<object?> Split(string text, CallArguments arguments, bool fromEnd, RenderBudget budget)
    {
        var most = arguments.WholeAt(1, "maxsplit", -1);
        if (arguments.At(0, "sep") is null)
        {
            return Words(text, most, fromEnd, budget);
        }

        var separator = arguments.TextAt(0, "sep");
        budget.Charge((Occurrences(text, separator, budget) + 1) * RenderBudget.ItemCost);
        return Parts(text, separator, most, fromEnd);
    }

    private static List<object?> Parts(string text, string separator, long most, bool fromEnd)
    {
        if (separator.Length == 0)
        {
            throw new ChatTemplateException("The chat template splits at the empty text.");
        }

        var all = text.Split(separator);
        var splits = all.Length - 1;
        if (most < 0 || most >= splits)
        {
            return [.. all];
        }

        var kept = (int)most;
        return fromEnd
            ? [string.Join(separator, all[..(all.Length - kept)]), .. all[(all.Length - kept)..]]
            : [.. all[..kept], string.Join(separator, all[kept..])];
    }

    private static List<object?> Words(string text, long most, bool fromEnd, RenderBudget budget)
    {
        if (most >= 0)
        {
            throw new ChatTemplateException(string.Create(
                CultureInfo.InvariantCulture, $"The chat template splits at blanks {most} times {(fromEnd ? "from the end" : "")}, which is not supported."));
        }

        var words = new List<object?>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var blank = i == text.Length || PythonText.IsBlank(text[i]);
            if (blank && start >= 0)
            {
                budget.Charge(RenderBudget.ItemCost);
                words.Add(text[start..i]);
                start = -1;
            }
            else if (!blank && start < 0)
            {
                start = i;
            }
        }

        return words;
    }
}
