namespace Assay.Data.Tokenization.Jinja;

/// <summary>Filters over lists, maps and texts as lists of code points.</summary>
internal static class ListFilters
{
    public static IReadOnlyDictionary<string, Filters.Filter> All { get; } = new Dictionary<string, Filters.Filter>(StringComparer.Ordinal)
    {
        ["length"] = static (input, _, budget) => Length(input, budget),
        ["count"] = static (input, _, budget) => Length(input, budget),
        ["list"] = static (input, _, budget) => Operators.Iterate(input, budget) is JinjaTuple tuple ? [.. tuple] : Operators.Iterate(input, budget),
        ["first"] = static (input, _, budget) => Operators.Iterate(input, budget) is [var first, ..] ? first : new Undefined("the first of nothing"),
        ["last"] = static (input, _, budget) => Operators.Iterate(input, budget) is [.., var last] ? last : new Undefined("the last of nothing"),
        ["join"] = static (input, arguments, budget) => Join(input, arguments, budget),
        ["items"] = static (input, _, _) => input switch
        {
            JinjaMap map => Members.Pairs(map),
            Undefined => new List<object?>(),
            _ => throw new ChatTemplateException($"The chat template applies 'items' to {Operators.Kind(input)}."),
        },
        ["reverse"] = static (input, _, budget) => input is string or SafeText
            ? string.Concat(Enumerable.Reverse(PythonText.CodePoints(PythonText.AsText(input)!)))
            : Enumerable.Reverse(Operators.Iterate(input, budget)).ToList(),
        ["sort"] = static (input, arguments, budget) => Sort(input, arguments, budget),
        ["dictsort"] = static (input, arguments, budget) => Sort(Filters.Apply("items", input, arguments, budget), arguments, budget),
        ["unique"] = static (input, arguments, budget) => Unique(input, arguments, budget),
        ["min"] = static (input, arguments, budget) => Sort(input, arguments, budget) is [var least, ..] ? least : new Undefined("the least of nothing"),
        ["max"] = static (input, arguments, budget) => Sort(input, arguments, budget) is [.., var most] ? most : new Undefined("the most of nothing"),
        ["sum"] = static (input, _, budget) => Operators.Iterate(input, budget).Aggregate((object?)0L, (sum, item) => Operators.Apply("+", sum, item, budget)),
        ["map"] = static (input, arguments, budget) => Map(input, arguments, budget),
        ["select"] = static (input, arguments, budget) => Select(input, arguments, budget, wanted: true),
        ["reject"] = static (input, arguments, budget) => Select(input, arguments, budget, wanted: false),
        ["selectattr"] = static (input, arguments, budget) => SelectAttribute(input, arguments, budget, wanted: true),
        ["rejectattr"] = static (input, arguments, budget) => SelectAttribute(input, arguments, budget, wanted: false),
    };

    private static long Length(object? input, RenderBudget budget) => input switch
    {
        List<object?> list => list.Count,
        JinjaMap map => map.Count,
        Undefined => 0,
        _ when PythonText.AsText(input) is { } text => Measure(text, budget),
        _ => throw new ChatTemplateException($"The chat template asks for the length of {Operators.Kind(input)}."),
    };

    private static int Measure(string text, RenderBudget budget)
    {
        budget.Charge(text.Length / 16);
        return PythonText.Length(text);
    }

    private static string Join(object? input, CallArguments arguments, RenderBudget budget)
    {
        var items = Operators.Iterate(input, budget);
        if (arguments.At(1, "attribute") is { } attribute)
        {
            items = items.ConvertAll(item => Members.Item(item, attribute, budget));
        }

        return TextMethods.Join(items, PythonText.AsText(arguments.At(0, "d", "")) ?? "", budget);
    }

    private static List<object?> Sort(object? input, CallArguments arguments, RenderBudget budget)
    {
        var items = Operators.Iterate(input, budget);
        var attribute = arguments.At(int.MaxValue, "attribute");
        var caseSensitive = Operators.Truth(arguments.At(int.MaxValue, "case_sensitive", false));
        var descending = Operators.Truth(arguments.At(0, "reverse", false));
        var keyed = items.Select(item => (Item: item, Key: Key(attribute is null ? item : Members.Item(item, attribute, budget))));
        var order = Comparer<object?>.Create((left, right) => Operators.Order(left, right, budget));
        return [.. (descending ? keyed.OrderByDescending(static pair => pair.Key, order) : keyed.OrderBy(static pair => pair.Key, order)).Select(static pair => pair.Item)];

        object? Key(object? value) => !caseSensitive && PythonText.AsText(value) is { } text ? text.ToLowerInvariant() : value;
    }

    private static List<object?> Unique(object? input, CallArguments arguments, RenderBudget budget)
    {
        var seen = new List<object?>();
        foreach (var item in Operators.Iterate(input, budget))
        {
            if (!seen.Exists(known => Operators.AreEqual(known, item, budget)))
            {
                seen.Add(item);
            }
        }

        return arguments.Named.Count == 0 ? seen : throw new ChatTemplateException("The chat template calls 'unique' with options, which are not supported.");
    }

    private static List<object?> Map(object? input, CallArguments arguments, RenderBudget budget)
    {
        var items = Operators.Iterate(input, budget);
        if (!arguments.Named.TryGetValue("attribute", out var attribute))
        {
            var filter = arguments.TextAt(0, "filter");
            return items.ConvertAll(item => Filters.Apply(filter, item, arguments.Skip(1), budget));
        }

        var otherwise = arguments.Named.GetValueOrDefault("default");
        return items.ConvertAll(item => Members.Item(item, attribute, budget) is var value && value is Undefined && arguments.Named.ContainsKey("default") ? otherwise : value);
    }

    private static List<object?> Select(object? input, CallArguments arguments, RenderBudget budget, bool wanted) =>
        Operators.Iterate(input, budget).FindAll(item => Holds(item, arguments, 0, budget) == wanted);

    private static List<object?> SelectAttribute(object? input, CallArguments arguments, RenderBudget budget, bool wanted)
    {
        var attribute = arguments.At(0, "attribute");
        return Operators.Iterate(input, budget).FindAll(item => Holds(Members.Item(item, attribute, budget), arguments, 1, budget) == wanted);
    }

    private static bool Holds(object? value, CallArguments arguments, int testAt, RenderBudget budget) => arguments.Has(testAt, "test")
        ? Tests.Apply(arguments.TextAt(testAt, "test"), value, arguments.Skip(testAt + 1), budget)
        : Operators.Truth(value);
}
