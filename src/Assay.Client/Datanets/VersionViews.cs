namespace Assay.Client.Datanets;

/// <summary>What a frozen version holds, in figures. Everything is counted from the version's own list, so it changes only when a file of it is removed.</summary>
/// <param name="Contributors">Accounts with at least one file in it.</param>
/// <param name="Bytes">Of the files as sent.</param>
/// <param name="Scores">Files by validation score: ten classes of 100, 0–99 first, 900–1000 last.</param>
/// <param name="Licences">Files per licence, most first; likewise languages (as stated by contributors), types and sources (the ten most common).</param>
/// <param name="CopiesLeftOut">Records of the accepted files that copy an earlier record: not in the version.</param>
/// <param name="CopiesRejected">Records of the datanet's rejected files that copied an earlier one.</param>
/// <param name="Clusters">Groups of records in which each is at least half alike another; records alone in theirs are not counted.</param>
/// <param name="ModelAssisted">Files that correct an answer of a model.</param>
/// <param name="Reviewers">People who voted on files of it.</param>
/// <param name="Removed">Files of it that were withdrawn, taken down or overturned since: new runs leave them out.</param>
/// <param name="Runs">Runs that trained on it.</param>
/// <param name="Samples">Ten records, chosen by the hash of the version's root and the record: the same for everyone.</param>
public sealed record DatanetCard(SnapshotView Snapshot, string Name, string Kind, string Purpose, int Contributors, long Bytes, IReadOnlyList<int> Scores,
    IReadOnlyList<CountView> Licences, IReadOnlyList<CountView> Languages, IReadOnlyList<CountView> Types, IReadOnlyList<CountView> Sources,
    int CopiesLeftOut, int CopiesRejected, int Clusters, int ModelAssisted, int Reviewers, int Removed, int Runs, IReadOnlyList<SampleRecord> Samples);

/// <summary>How many files share a value.</summary>
public sealed record CountView(string Value, int Files);

/// <summary>A record shown as a sample.</summary>
/// <param name="Prompt">The question or heading path; empty for running text.</param>
public sealed record SampleRecord(long Id, string ContributionId, string FileName, string Prompt, string Text);

/// <summary>What changed between two frozen versions of one datanet.</summary>
/// <param name="Added">Files that only the later version has, in ledger order.</param>
/// <param name="Removed">Files that only the earlier version has.</param>
/// <param name="Changed">Files of both whose records are not the same ones.</param>
/// <param name="SameRecords">Records that both versions hold.</param>
public sealed record SnapshotDiffView(SnapshotView From, SnapshotView To, IReadOnlyList<DiffFileView> Added, IReadOnlyList<DiffFileView> Removed,
    IReadOnlyList<DiffFileView> Changed, int SameRecords);

/// <param name="Records">Records that came or went with the file.</param>
/// <param name="Why">Why it is no longer there; null for added files.</param>
public sealed record DiffFileView(string ContributionId, string FileName, string AccountId, string Contributor, long LedgerIndex, int Records, string? Why);
