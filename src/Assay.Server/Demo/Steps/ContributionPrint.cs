using Assay.Client;
using Assay.Client.Contributions;
using Spectre.Console;

namespace Assay.Server.Demo.Steps;

/// <summary>Prints what became of a file.</summary>
internal static class ContributionPrint
{
    private const double MiB = 1024 * 1024;

    /// <summary>State, score, quota left, every finding with its evidence (full marks dimmed), and the sum.</summary>
    public static void Decided(string who, string file, ContributionView view, QuotaView quota)
    {
        var (word, colour) = view.State switch
        {
            "accepted" => ("accepted ", "green"),
            "rejected" => ("rejected ", "red"),
            _ => ("in review", "yellow"),
        };
        DemoScreen.Markup($"[{colour}]{word}[/] {view.Score / 10.0,5:0.0}  {who.EscapeMarkup()}: {file.EscapeMarkup()}  [dim]left today: {quota.ContributorFiles.Left} files, "
            + $"{quota.ContributorBytes.Left / MiB:0.00} MiB, datanet {quota.DatanetBytes.Left / MiB:0.00} MiB, until {quota.ResetsAt:yyyy-MM-dd HH:mm} UTC[/]");
        foreach (var finding in view.Findings)
        {
            var score = finding.Score is { } points ? $"{points / 10.0,5:0.0}" : "  n/a";
            var line = $"    {score}  {finding.Rule.EscapeMarkup(),-13} weight {finding.Weight,2}  {OneLine(finding.Evidence).EscapeMarkup()}";
            DemoScreen.Markup(finding.Score == 1000 ? $"[dim]{line}[/]" : line);
        }

        if (view.Sum is { } sum)
        {
            var cap = sum.Cap is { } capped ? $", capped at {capped / 10.0:0.0} by {sum.CappedBy}" : "";
            DemoScreen.Markup($"    [dim]sum {sum.Total} / weight {sum.Weight} = {sum.Total / Math.Max(1, sum.Weight) / 10.0:0.0}{cap.EscapeMarkup()}; accepted from {sum.Accept / 10.0:0.0}, reviewed from {sum.ReviewFloor / 10.0:0.0}[/]");
        }
    }

    public static void Refused(string who, string file, AssayProblem problem)
    {
        DemoScreen.Markup($"[blue]refused  [/]        {who.EscapeMarkup()}: {file.EscapeMarkup()}  [dim]({problem.Status} {problem.Reason?.EscapeMarkup()}; nothing used)[/]");
        DemoScreen.Markup($"           {OneLine(problem.Detail).EscapeMarkup()}");
    }

    private static string OneLine(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length > 260 ? line[..260] + "…" : line;
    }
}
