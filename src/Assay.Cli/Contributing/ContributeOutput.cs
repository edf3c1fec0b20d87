using System.Globalization;
using System.Text.Json;
using Assay.Client;
using Assay.Data.FileTypes;

namespace Assay.Cli.Contributing;

/// <summary>Prints what <c>contribute</c> did: a JSON line per file for programs, a table for people.</summary>
internal static class ContributeOutput
{
    private static readonly JsonSerializerOptions OneLine = new(AssayJson.Options) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Members: file, bytes, sent, state, score, contribution, reason, findings.</summary>
    private sealed record Line(string File, long Bytes, long Sent, string State, int? Score, string? Contribution, string? Reason, IReadOnlyList<Client.Contributions.FindingView>? Findings);

    public static void WriteJson(TextWriter output, FileOutcome outcome) => output.WriteLine(JsonSerializer.Serialize(
        new Line(outcome.File, outcome.Bytes, outcome.Sent, outcome.State, outcome.View?.Score, outcome.View?.Id, outcome.Reason.Length > 0 ? outcome.Reason : null,
            outcome.View is { Findings.Count: > 0 } view ? view.Findings : null), OneLine));

    public static void WriteTable(TextWriter output, IReadOnlyList<FileOutcome> outcomes)
    {
        var width = Math.Clamp(outcomes.Max(outcome => DisplayName.Line(outcome.File).Length), 4, 60);
        output.WriteLine($"{"FILE".PadRight(width)}  {"BYTES",10}  {"STATE",-10}  {"SCORE",5}  WHY");
        foreach (var outcome in outcomes)
        {
            var score = outcome.View?.Score is { } points ? string.Create(CultureInfo.InvariantCulture, $"{points / 10}.{points % 10}") : "–";
            var why = outcome.Reason.Length > 0 ? outcome.Reason : outcome.View is null ? "" : outcome.Sent == 0 ? $"sent before as {outcome.View.Id}" : outcome.View.Id;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DisplayName.Line(outcome.File).PadRight(width)}  {outcome.Bytes,10}  {outcome.State,-10}  {score,5}  {DisplayName.Line(why)}").TrimEnd());
        }

        var groups = outcomes.GroupBy(outcome => outcome.State).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Count()} {group.Key}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", groups)}; {outcomes.Sum(outcome => outcome.Sent)} bytes sent"));
    }
}
