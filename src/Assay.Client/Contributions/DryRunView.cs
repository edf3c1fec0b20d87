using System.Text.Json.Serialization;

namespace Assay.Client.Contributions;

/// <summary>The verdict that a file would get. Shaped like a line of <c>assay validate --json</c>, with the sum.</summary>
/// <param name="Decision">accepted, rejected, review, or refused: the gate would not take it.</param>
/// <param name="Score">0 to 1000; 0 when refused.</param>
/// <param name="Range">Least and most score over the full weight, before caps.</param>
/// <param name="Sum">The sum written out; absent when refused.</param>
/// <param name="RelatedContribution">The nearest earlier contribution.</param>
public sealed record DryRunView(string File, string Decision, int Score, IReadOnlyList<int> Range, IReadOnlyList<DryRunFinding> Findings, ScoreView? Sum = null,
    string? RelatedContribution = null);

/// <param name="Score">0 to 1000; null when the rule could not run, then the evidence says why.</param>
/// <param name="Fix">What the contributor can do about it.</param>
public sealed record DryRunFinding(string Rule, int Version, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int? Score, int Weight,
    IReadOnlyList<EvidenceView> Evidence, string? Fix = null);

/// <summary>One thing that a rule saw.</summary>
/// <param name="Start">First byte of the place, in the source or the extracted text.</param>
/// <param name="End">Byte after the last one.</param>
/// <param name="Row">Number of the row or section, from 1.</param>
/// <param name="Page">Number of the page, from 1.</param>
public sealed record EvidenceView(string Text, int? Start = null, int? End = null, int? Row = null, int? Page = null);
