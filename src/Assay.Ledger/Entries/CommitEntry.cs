namespace Assay.Ledger.Entries;

/// <summary>An account claims priority for content it will reveal within 24 hours.</summary>
/// <param name="Account">Account id.</param>
/// <param name="Hash">The commitment that the later contribution opens.</param>
public sealed record CommitEntry(string Account, string Hash) : LedgerEntry
{
    internal const string TypeName = "commit";

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static LedgerEntry Read(EntryReader members) => new CommitEntry(members.Id("acct", 'a'), members.Sha256("hash"));

    internal override void Write(CanonicalObject members) => members.Add("acct", Account).Add("hash", Hash);
}
