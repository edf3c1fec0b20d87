using Assay.Data.FileTypes;

namespace Assay.Server.Datanets;

/// <summary>Licences, languages and tags: single words of an owner, kept in one column with commas between them.</summary>
internal static class DatanetWords
{
    /// <summary>Why one of the words cannot stand there; null when all can.</summary>
    /// <param name="what">What the words are, for the sentence.</param>
    public static string? Problem(string what, IEnumerable<string> words) =>
        words.FirstOrDefault(word => word.Length is < 1 or > 40 || word.Contains(',', StringComparison.Ordinal) || !DisplayName.IsClean(word)) is { } bad
            ? $"'{bad}' cannot be a {what}: 1 to 40 visible characters, no comma."
            : null;
}
