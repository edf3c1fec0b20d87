using Assay.Client;
using Assay.Client.Contributions;

namespace Assay.Cli.Contributing;

/// <summary>What became of one file.</summary>
/// <param name="State">ready (dry run), refused, unreadable, or the contribution's state.</param>
/// <param name="Reason">Why, as a sentence; for a rejected file its lowest finding.</param>
internal sealed record FileOutcome(string File, long Bytes, string State, string Reason = "")
{
    /// <summary>Bytes that were sent; 0 for a file that the server has already.</summary>
    public long Sent { get; init; }

    public ContributionView? View { get; init; }

    /// <summary>Whether nothing more has to be done about it.</summary>
    public bool Good => State is "ready" or "received" or "validating" or "accepted" or "review";

    public static FileOutcome Of(string file, long bytes, long sent, ContributionView view) => new(file, bytes, view.State, view.State == "rejected" ? Lowest(view) : "") { Sent = sent, View = view };

    public static FileOutcome Refused(string file, long bytes, AssayProblem problem) => new(file, bytes, "refused", problem.Detail);

    private static string Lowest(ContributionView view) =>
        view.Findings.Where(finding => finding is { Score: not null, Weight: > 0 } || finding.Score == 0).OrderBy(finding => finding.Score).FirstOrDefault() is { } finding
            ? $"{finding.Rule}: {finding.Evidence} {finding.Fix}".TrimEnd()
            : "";
}
