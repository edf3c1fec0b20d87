namespace Assay.Data.Tokenization.Jinja;

// Values of a template: null (None), bool, long, double, string, SafeText, List<object?>, JinjaTuple, JinjaMap, JinjaNamespace, LoopState, JinjaFunction, Undefined.
// Lists and maps are never changed after they were made, so no value can hold itself.

/// <summary>What a name or key without a value gives: renders empty, is false, and has no members.</summary>
internal sealed record Undefined(string Name);

/// <summary>Text that <c>|safe</c> marked: adding plain text to it escapes the plain text for HTML, as the reference does.</summary>
internal sealed record SafeText(string Value);

/// <summary>A list that is written with parentheses: a pair of a map, or items with commas between.</summary>
internal sealed class JinjaTuple(IEnumerable<object?> items) : List<object?>(items);

/// <summary>A map with text keys in order of insertion.</summary>
internal sealed class JinjaMap : OrderedDictionary<string, object?>
{
    public JinjaMap()
        : base(StringComparer.Ordinal)
    {
    }
}

/// <summary>What <c>namespace()</c> makes: the only value a template may change.</summary>
internal sealed class JinjaNamespace
{
    public Dictionary<string, object?> Values { get; } = new(StringComparer.Ordinal);
}

/// <summary>What <c>loop</c> is in one pass: the items and the place of this one.</summary>
internal sealed record LoopState(List<object?> Items, int Index);

/// <summary>Something a template can call.</summary>
internal sealed record JinjaFunction(string Name, Func<CallArguments, object?> Call);
