namespace Assay.Ledger.Entries;

/// <summary>A version of a datanet is frozen.</summary>
/// <param name="Datanet">Datanet id.</param>
/// <param name="Number">Version of the datanet, from 1.</param>
/// <param name="Contributions">Number of contributions in it.</param>
/// <param name="Records">Number of records in it.</param>
/// <param name="RecordsRoot">RFC 6962 root over its records.</param>
/// <param name="Clusters">SHA-256 of its table of near-duplicate clusters.</param>
/// <param name="Boilerplate">SHA-256 of the boilerplate list it was clustered with; absent when there was none.</param>
public sealed record SnapshotEntry(
    string Datanet, long Number, long Contributions, long Records, string RecordsRoot, string Clusters, string? Boilerplate = null) : LedgerEntry
{
    internal const string TypeName = "snapshot";

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static LedgerEntry Read(EntryReader members) => new SnapshotEntry(
        members.Id("datanet", 'd'), members.Integer("n", 1), members.Integer("contribs", 0), members.Integer("records", 0),
        members.Sha256("recordsRoot"), members.Sha256("clusters"), members.OptionalSha256("boilerplate"));

    internal override void Write(CanonicalObject members) => members
        .Add("datanet", Datanet).Add("n", Number).Add("contribs", Contributions).Add("records", Records)
        .Add("recordsRoot", RecordsRoot).Add("clusters", Clusters).Add("boilerplate", Boilerplate);
}
