namespace Assay.Data.Validation.Texts;

/// <summary>Short paragraphs on many subjects, written for this project: what ordinary text looks like, so that a rule can tell what is special about another.</summary>
internal static class ReferenceSet
{
    private static readonly Lazy<IReadOnlyList<string>> LazyEnglish = new(() => Read("reference.txt")), LazyOthers = new(() => Read("languages.txt")), LazyCommon = new(() => Read("common.txt")), LazyFields = new(() => Read("fields.txt"));

    /// <summary>English paragraphs on about forty subjects.</summary>
    public static IReadOnlyList<string> English => LazyEnglish.Value;

    /// <summary>Paragraphs in other languages of Latin script.</summary>
    public static IReadOnlyList<string> OtherLanguages => LazyOthers.Value;

    /// <summary>Everyday English words that say little about a subject: the commonest first, then the less common, each list separated by spaces.</summary>
    public static IReadOnlyList<string> CommonWords => LazyCommon.Value;

    /// <summary>Fields of knowledge with words that belong to them, one line each: <c>field: word word …</c>.</summary>
    public static IReadOnlyList<string> Fields => LazyFields.Value[0].Split('\n');

    private static string[] Read(string name)
    {
        using var stream = typeof(ReferenceSet).Assembly.GetManifestResourceStream(typeof(ReferenceSet), name)
            ?? throw new InvalidOperationException($"The resource {name} is not embedded in {typeof(ReferenceSet).Assembly.GetName().Name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
