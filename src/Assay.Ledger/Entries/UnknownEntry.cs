namespace Assay.Ledger.Entries;

/// <summary>A well-formed entry of a type or version that this program does not know. Its hash is checked like any other; replay skips it.</summary>
/// <param name="UnknownType">Member <c>t</c>.</param>
/// <param name="Version">Member <c>v</c>.</param>
public sealed record UnknownEntry(string UnknownType, long Version) : LedgerEntry
{
    /// <inheritdoc/>
    public override string Type => UnknownType;

    internal override void Write(CanonicalObject members) =>
        throw new ArgumentException($"entries of type '{UnknownType}' version {Version} are read only");
}
