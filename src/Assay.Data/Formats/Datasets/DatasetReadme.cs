using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Assay.Data.Formats.Datasets;

/// <summary>The README of a bundle: the front matter that Hugging Face reads (configurations, licence, language) and a text for people.</summary>
public static class DatasetReadme
{
    /// <summary>The file as Markdown.</summary>
    public static string Write(DatasetDescription set)
    {
        ArgumentNullException.ThrowIfNull(set);
        var text = new StringBuilder("---\n");
        text.Append(CultureInfo.InvariantCulture, $"pretty_name: {Quoted(set.Name)}\n");
        List(text, "license", set.Licences.Select(licence => licence.ToLowerInvariant()));
        List(text, "language", set.Languages);
        List(text, "tags", set.Keywords);
        List(text, "size_categories", [SizeCategory(set.Records)]);
        text.Append("configs:\n");
        foreach (var part in set.Parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"- config_name: {part.Table}\n  data_files: {Quoted(part.Path)}\n{(part.Table == "records" ? "  default: true\n" : "")}");
        }

        text.Append(CultureInfo.InvariantCulture, $"---\n\n# {OneLine(set.Name)}, version {set.Version}\n\n{set.Purpose.Trim()}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{set.Records} records from {set.Files} contributed files, frozen {set.Published.UtcDateTime:yyyy-MM-dd}. Root over the records: `{set.RecordsRoot}`");
        text.Append(set.LedgerIndex is { } index ? string.Create(CultureInfo.InvariantCulture, $", ledger entry {index}.\n\n") : ".\n\n");
        text.Append("""
            ## Content
            - `data/records.parquet`: what models are trained on. `sha256` is the leaf of the root: SHA-256 of prompt, byte 1e, text (of a conversation: each turn's role, byte 1f, words, joined by byte 1e). Personal data that the
              rules find (addresses, numbers) is replaced by words such as `[EMAIL]` in `prompt`, `text` and `messages`; the hash is that of the unmasked words.
            - `files/files.parquet`, when present: every contributed file with its bytes (`content`), licence and the contributor's statements.
            - `provenance.json`: the frozen list with the ledger index and hash of every contribution, and what was removed since.
            - `croissant.json`: the same tables described in Croissant 1.1.

            Each contribution keeps its own licence, named in its row. A bundle with files can be brought into another datanet: `./assay import bundle.zip`.

            """);
        return text.ToString();
    }

    private static void List(StringBuilder text, string key, IEnumerable<string> values)
    {
        var items = values.ToList();
        if (items.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{key}:\n").AppendJoin("", items.Select(item => $"- {Quoted(item)}\n"));
        }
    }

    /// <summary>Every JSON string is a YAML string.</summary>
    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static string SizeCategory(int records) => records switch
    {
        < 1_000 => "n<1K",
        < 10_000 => "1K<n<10K",
        < 100_000 => "10K<n<100K",
        < 1_000_000 => "100K<n<1M",
        _ => "1M<n<10M",
    };
}
