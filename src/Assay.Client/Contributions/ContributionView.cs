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
/// <param name="Removal">withdraw, takedown or void once the file was removed; its content is erased and its name replaced.</param>
public sealed record ContributionView(string Id, string DatanetId, string DatanetName, string AccountId, string AccountName, string FileName, string Type,
    long Bytes, string Sha256, string Licence, string State, int? Score, DateTimeOffset ReceivedAt, DateTimeOffset? DecidedAt,
    long? LedgerIndex, long? VerdictIndex, int Records, IReadOnlyList<FindingView> Findings, QuotaView? Quota = null, string? FromAnswer = null,
    int? QueuePosition = null, ScoreView? Sum = null, string Kind = "text", bool HasPreview = false, string? Caption = null, string? Removal = null,
    string? ExtractedFrom = null);

/// <summary>Removes a file: its content is erased, its entries on the ledger stay.</summary>
/// <param name="Kind">withdraw (the contributor), takedown (the datanet's owner or the operator) or void (the operator, for a file found dishonest).</param>
/// <param name="Reason">A public code. takedown: law, personal_data, licence, policy; void: plagiarism, forged_licence, fraud. Absent: the first of them.</param>
public sealed record RemovalRequest(string Kind, string? Reason = null);

/// <summary>What one rule found.</summary>
/// <param name="Score">0 to 1000; absent when the rule could not run, then the evidence says why.</param>
/// <param name="Evidence">What was seen and where, in words.</param>
/// <param name="Fix">What the contributor can do about it.</param>
/// <param name="HasComparison">Whether <c>/api/v1/contributions/{id}/comparisons?rule=RULE</c> shows it side by side with earlier records.</param>
public sealed record FindingView(string Rule, int Version, int? Score, int Weight, string Evidence, string? Fix = null, string? RelatedContribution = null, bool HasComparison = false);

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

/// <summary>What happened to a file, in order, and where it is used.</summary>
/// <param name="Versions">Frozen versions that hold it.</param>
/// <param name="Runs">Runs that were trained on such a version, or go on from one that was.</param>
/// <param name="Models">Models that came out of them.</param>
/// <param name="Answers">Answers with a passage that stands word for word in it.</param>
/// <param name="Credit">What it earned, in words.</param>
/// <param name="MayAppeal">Whether the reader may appeal now.</param>
/// <param name="MayRemove">What the reader may do: withdraw, takedown, void.</param>
public sealed record LifeView(string ContributionId, IReadOnlyList<LifeEvent> Events, int Versions, int Runs, int Models, int Answers, string Credit, bool MayAppeal,
    IReadOnlyList<string> MayRemove);

/// <param name="What">received, decided, review, appeal, audit, approval, version, used, removed or erased.</param>
/// <param name="Text">A sentence.</param>
/// <param name="LedgerIndex">The entry that says so; absent for what the ledger does not record, and for the moment before it is sequenced.</param>
public sealed record LifeEvent(string What, string Text, DateTimeOffset? At, long? LedgerIndex = null);
