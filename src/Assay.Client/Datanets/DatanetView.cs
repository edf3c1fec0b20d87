namespace Assay.Client.Datanets;

/// <summary>A datanet as everyone who may read it sees it.</summary>
/// <param name="State">draft, open, paused, closed or archived.</param>
/// <param name="Accept">Score from which a file is accepted, 600 to 900; the 100 below it are reviewed by a person.</param>
/// <param name="Approval">Whether files of others that pass the rules wait for the owner's decision.</param>
/// <param name="Visibility">public (everybody reads and contributes), restricted (everybody reads, invited people contribute) or private (members only; for others it does not exist).</param>
/// <param name="AsksQuestions">Whether contributors answer the owner's questions first.</param>
/// <param name="Pii">mask (records show marks in place of personal data) or refuse (files with much of it are rejected).</param>
/// <param name="Terms">What builders accept besides the licences; empty: nothing.</param>
/// <param name="GrantDays">Days of access that builders get at once; absent: the owner decides.</param>
/// <param name="PublishedAt">When its owner published it; absent unless it had been private.</param>
/// <param name="BytesToday">Bytes received today (UTC), of <paramref name="BytesPerDay"/>.</param>
/// <param name="FairSharePercent">What one contributor may send of the datanet's day, 1 to 100; absent: all of it.</param>
/// <param name="MaximumBytesPerDay">What the owner may raise the limit to.</param>
/// <param name="FilledByOne">Whether the day is used up, all of it by one contributor.</param>
public sealed record DatanetView(string Id, string Name, string Kind, string State, string Summary, string Description, string Purpose,
    IReadOnlyList<string> Tags, IReadOnlyList<string> Licences, IReadOnlyList<string> Languages, int Accept, string OwnerId, string OwnerName,
    DateTimeOffset OpenedAt, int Accepted, int Rejected, int InReview, int Contributors, long BytesToday, long BytesPerDay, DateTimeOffset ResetsAt,
    int? FairSharePercent = null, long MaximumBytesPerDay = 0, bool FilledByOne = false, bool Approval = false, string Visibility = "public", bool AsksQuestions = false, string Pii = "mask",
    string PdfImages = "refuse", string Terms = "", int? GrantDays = null, DateTimeOffset? PublishedAt = null);

/// <summary>A file the owner gives as an example of what belongs; never trained on.</summary>
public sealed record Exemplar(string Name, string Text);

/// <summary>One page of a list.</summary>
/// <param name="Next">Pass as <c>after</c> for the next page; absent on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next = null);

/// <summary>Changes the state of a datanet.</summary>
/// <param name="State">open, paused, closed or archived.</param>
/// <param name="Reason">Shown to contributors, 1 to 500 characters.</param>
public sealed record ChangeStateRequest(string State, string Reason);

/// <summary>Changes the daily limits of a datanet from the next upload on; what is used already stays used. Absent members stay as they are.</summary>
/// <param name="BytesPerDay">The owner's limit, 1 to the maximum; 0: the maximum.</param>
/// <param name="FairSharePercent">What one contributor may send of it, 1 to 100; 0: off.</param>
/// <param name="MaximumBytesPerDay">The operator's maximum, to 1 TiB; 0: the installation's.</param>
public sealed record ChangeLimitsRequest(long? BytesPerDay = null, int? FairSharePercent = null, long? MaximumBytesPerDay = null);

/// <summary>An immutable, numbered list of accepted records with its root hash.</summary>
/// <param name="Removed">Files of it that were removed since: no run starts from it any more, the next version is without them.</param>
/// <param name="RecordsRoot">RFC 6962 root over the record hashes of the manifest, lower-case hex.</param>
public sealed record SnapshotView(string Id, string DatanetId, int Number, int Contributions, int Records, long Characters, string RecordsRoot,
    long? LedgerIndex, DateTimeOffset CreatedAt, int Removed = 0);

/// <summary>The frozen list itself.</summary>
public sealed record SnapshotManifest(string Datanet, int Number, IReadOnlyList<ManifestContribution> Contributions);

/// <param name="Index">Ledger index of the contribution.</param>
/// <param name="Sha256">Of the file as sent.</param>
public sealed record ManifestContribution(string Id, long Index, string AccountId, string Sha256, string Licence, IReadOnlyList<ManifestRecord> Records);

/// <param name="Sha256">Of prompt, byte 1e, text in UTF-8; of a conversation: of each turn's role, byte 1f and words, joined by byte 1e.</param>
/// <param name="Cluster">Records with the same number are near-duplicates of each other.</param>
public sealed record ManifestRecord(long Id, string Sha256, int Cluster);

/// <summary>Rendered samples of a snapshot, as a model would be trained on them.</summary>
public sealed record SnapshotPreview(string Base, int Records, long Tokens, long TrainableTokens, int Truncated, IReadOnlyList<PreviewSample> Samples);

/// <param name="Pieces">The rendered text in order, cut where the mask changes.</param>
public sealed record PreviewSample(long RecordId, string ContributionId, IReadOnlyList<PreviewPiece> Pieces);

/// <param name="Trained">Whether the loss counts these tokens.</param>
public sealed record PreviewPiece(string Text, bool Trained, int Tokens);
