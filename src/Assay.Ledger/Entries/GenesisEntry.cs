namespace Assay.Ledger.Entries;

/// <summary>The first entry of every log (index 0): what this log is and which rules it begins with.</summary>
/// <param name="Origin">Name of the log, the first line of its checkpoints.</param>
/// <param name="Vkey">The key that signs its checkpoints.</param>
/// <param name="Policy">SHA-256 of the policy in force at the start.</param>
/// <param name="Code">Version of the program that began the log.</param>
public sealed record GenesisEntry(string Origin, string Vkey, string Policy, string Code) : LedgerEntry
{
    internal const string TypeName = "genesis";

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static LedgerEntry Read(EntryReader members) =>
        new GenesisEntry(members.Text("origin"), members.Text("vkey"), members.Sha256("policy"), members.Text("code"));

    internal override void Write(CanonicalObject members) =>
        members.Add("origin", Origin).Add("vkey", Vkey).Add("policy", Policy).Add("code", Code);
}
