namespace Assay.Data.Tokenization.Jinja;

/// <summary>Evaluated arguments of a call, a filter or a test.</summary>
internal sealed record CallArguments(string Callee, IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)
{
    /// <summary>The argument at a place or with a name, or <paramref name="otherwise"/>.</summary>
    public object? At(int index, string name, object? otherwise = null) =>
        index < Positional.Count ? Positional[index] : Named.TryGetValue(name, out var value) ? value : otherwise;

    public bool Has(int index, string name) => index < Positional.Count || Named.ContainsKey(name);

    public string TextAt(int index, string name) =>
        PythonText.AsText(At(index, name)) ?? throw new ChatTemplateException($"The chat template calls '{Callee}' without the text '{name}'.");

    public long WholeAt(int index, string name, long otherwise) => At(index, name, otherwise) switch
    {
        long value => value,
        bool value => value ? 1 : 0,
        _ => throw new ChatTemplateException($"The chat template calls '{Callee}' with a '{name}' that is no whole number."),
    };

    /// <summary>The arguments behind the first <paramref name="count"/> ones.</summary>
    public CallArguments Skip(int count) => this with { Positional = [.. Positional.Skip(count)] };
}
