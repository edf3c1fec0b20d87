using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Assay.Data.FileTypes;
using Assay.Data.Validation;

namespace Assay.Cli;

/// <summary>Prints what <c>validate</c> found: a JSON line for programs, a table for people.</summary>
internal static class ValidateOutput
{
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The table of rules, as the page of every server shows it.</summary>
    internal static int WriteRules(TextWriter output, bool json)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(Enum.GetValues<DatanetKind>().ToDictionary(kind => kind.ToString().ToLowerInvariant(), RuleTable.For), InspectionJson.Options));
            return 0;
        }

        foreach (var kind in Enum.GetValues<DatanetKind>())
        {
            output.WriteLine($"{kind.ToString().ToLowerInvariant()}: S = floor(sum of weight × score / sum of weights); accepted from {ValidationPolicy.Default.Accept}, reviewed from {ValidationPolicy.Default.ReviewFloor()}");
            foreach (var rule in RuleTable.For(kind))
            {
                output.WriteLine($"  {rule.Rule,-14} v{rule.Version} × {rule.Weight,2}  at 0: {rule.OnZero.ToString().ToLowerInvariant(),-7} {rule.Parameters}");
            }

            output.WriteLine();
        }

        return 0;
    }

    /// <summary>One line: file, decision, score, range, findings.</summary>
    internal static void WriteJson(TextWriter output, string file, ValidationReport report)
    {
        var line = new JsonObject
        {
            ["file"] = file,
            ["decision"] = Word(report.Decision),
            ["score"] = report.Score.Score,
            ["range"] = new JsonArray(report.Score.Least, report.Score.Most),
            ["findings"] = new JsonArray([.. report.Findings.Select(ToJson)]),
        };
        output.WriteLine(line.ToJsonString(OneLine));
    }

    /// <summary>The decision, every finding with its evidence, the sum written out, and what would help.</summary>
    internal static void WriteTable(TextWriter output, string file, ValidationReport report)
    {
        var score = report.Score;
        output.WriteLine(report.Decision == ContributionDecision.Refused
            ? $"{file}: refused"
            : $"{file}: {Word(report.Decision)}, {Points(score.Score)} of 100 ({Points(score.Least)} to {Points(score.Most)} when the missing rules are counted)");
        foreach (var finding in report.Findings)
        {
            output.WriteLine($"  {finding.Rule,-12} {(finding.Score is { } points ? Points(points) : "–"),5}  × {finding.Weight,2}  {finding.Evidence[0].Text}{Place(finding.Evidence[0])}");
            foreach (var more in finding.Evidence.Skip(1))
            {
                output.WriteLine($"{new string(' ', 28)}{more.Text}{Place(more)}");
            }
        }

        if (report.Decision != ContributionDecision.Refused)
        {
            output.WriteLine($"  sum          {Sum(report)}");
        }

        foreach (var finding in report.Findings.Where(finding => finding.Fix is not null))
        {
            output.WriteLine($"  to fix       {finding.Rule}: {finding.Fix}");
        }

        output.WriteLine();
    }

    private static string Sum(ValidationReport report)
    {
        var score = report.Score;
        if (score.EvaluatedWeight == 0)
        {
            return "no weighted rule was evaluated, so the score is 0";
        }

        var parts = string.Join(" + ", report.Findings.Where(finding => finding is { Score: not null, Weight: > 0 }).Select(finding => $"{finding.Weight}×{Points(finding.Score!.Value)}"));
        var capped = score.Score == score.Uncapped ? "" : $", capped to {Points(score.Score)} by {string.Join(", ", score.CappedBy)}";
        return $"({parts}) / {score.EvaluatedWeight} = {Points(score.Uncapped)}{capped}";
    }

    private static JsonNode ToJson(ValidationFinding finding) => new JsonObject
    {
        ["rule"] = finding.Rule,
        ["version"] = finding.Version,
        ["score"] = finding.Score,
        ["weight"] = finding.Weight,
        ["evidence"] = JsonSerializer.SerializeToNode(finding.Evidence, InspectionJson.Options),
    };

    private static string Word(ContributionDecision decision) => decision.ToString().ToLowerInvariant();

    /// <summary>Scores are shown as 0 to 100 with one decimal.</summary>
    private static string Points(int score) => string.Create(CultureInfo.InvariantCulture, $"{score / 10}.{score % 10}");

    private static string Place(Evidence evidence) => evidence switch
    {
        { Page: { } page } => $" [page {page}]",
        { Start: { } start, End: { } end } => $" [bytes {start} to {end}]",
        _ => "",
    };
}
