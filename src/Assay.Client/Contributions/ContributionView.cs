namespace Assay.Client.Contributions;

/// <summary>One contributed file and what became of it.</summary>
/// <param name="State">received, validating, accepted, rejected or review.</param>
/// <param name="Score">0 to 1000; absent before the decision.</param>
/// <param name="LedgerIndex">Index of the contribution's entry; absent for the moment before it is sequenced.</param>
/// <param name="FromAnswer">The answer whose correction this is.</param>
/// <param name="ExtractedFrom">The contribution whose text this file holds: a PDF that was rejected for its pictures.</param>
/// <param name="Kind">text, image or audio: the datanet's kind.</param>
/// <param name="HasPreview">Whether <c>/api/v1/contributions/{id}/preview</c> shows it.</param>
/// <param name="Caption">What the contributor says that an accepted picture or clip shows.</param>
public sealed record ContributionView(string Id, string DatanetId, string DatanetName, string AccountId, string AccountName, string FileName, string Type,
    long Bytes, string Sha256, string Licence, string State, int? Score, DateTimeOffset ReceivedAt, DateTimeOffset? DecidedAt,
    long? LedgerIndex, long? VerdictIndex, int Records, IReadOnlyList<FindingView> Findings, QuotaView? Quota = null, string? FromAnswer = null,
    int? QueuePosition = null, ScoreView? Sum = null, string Kind = "text", bool HasPreview = false, string? Caption = null,
    string? ExtractedFrom = null);

/// <summary>What one rule found.</summary>
/// <param name="Score">0 to 1000; absent when the rule could not run, then the evidence says why.</param>
/// <param name="Evidence">What was seen and where, in words.</param>
/// <param name="Fix">What the contributor can do about it.</param>
public sealed record FindingView(string Rule, int Version, int? Score, int Weight, string Evidence, string? Fix = null, string? RelatedContribution = null);

/// <summary>The sum behind a score: ⌊total / weight⌋, then the cap.</summary>
public sealed record ScoreView(long Total, int Weight, int? Cap, string? CappedBy, int Accept, int ReviewFloor);

/// <summary>What is left of the day's limits.</summary>
/// <param name="FairShareBytes">The contributor's share of the datanet's day; absent where the owner set none.</param>
public sealed record QuotaView(MeterView ContributorBytes, MeterView ContributorFiles, MeterView DatanetBytes, DateTimeOffset ResetsAt, MeterView? FairShareBytes = null);

/// <param name="Limit">contributor_bytes, contributor_files, datanet_bytes or fair_share_bytes.</param>
public sealed record MeterView(string Limit, long Used, long Cap, long Left);

/// <summary>The declared facts of an upload.</summary>
/// <param name="FileName">Shown to people; its extension must agree with the content.</param>
/// <param name="Licence">One of the datanet's licences.</param>
/// <param name="Source">Where the text comes from.</param>
/// <param name="IntendedUse">What it should teach.</param>
/// <param name="Note">Why it is useful.</param>
/// <param name="Language">BCP 47 tag such as en.</param>
/// <param name="FromAnswer">The answer that this file corrects.</param>
/// <param name="Import">The owner's import that the file belongs to: it uses nobody's day and stands on no board.</param>
/// <param name="Columns">Which columns of rows hold what, such as <c>prompt=question,answer=reply</c>; absent: the datanet's, or their names decide.</param>
public sealed record ContributionFacts(string FileName, string Licence, string? Source = null, string? IntendedUse = null, string? Note = null,
    string? Language = null, string? FromAnswer = null, string? Columns = null, string? Import = null);
