namespace Assay.Ledger.Entries;

/// <summary>A datanet is created or changed.</summary>
/// <param name="Datanet">Datanet id, <c>d_</c> and 16 hexadecimal digits.</param>
/// <param name="Revision">1 when created, then counted up.</param>
/// <param name="Kind">What it collects: text, image or audio.</param>
/// <param name="State">Its state after this entry, such as <c>open</c>.</param>
/// <param name="Purpose">SHA-256 of the purpose text; of a private datanet its <see cref="Commitment.OfText(ReadOnlySpan{byte}, string)"/>.</param>
/// <param name="Licences">SPDX ids a contribution may carry; of a private datanet their salted hashes.</param>
/// <param name="Owner">Account id.</param>
/// <param name="Signature">The owner's signature of <see cref="Statement.Datanet"/>.</param>
public sealed record DatanetEntry(
    string Datanet, long Revision, string Kind, string State, string Purpose, IReadOnlyList<string> Licences, string Owner, string Signature) : LedgerEntry
{
    internal const string TypeName = "datanet";

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static LedgerEntry Read(EntryReader members) => new DatanetEntry(
        members.Id("datanet", 'd'), members.Integer("rev", 1), members.OneOf("kind", "text", "image", "audio"), members.Text("state"),
        members.Sha256("purpose"), members.Texts("licences"), members.Id("owner", 'a'), members.Base64("sig", 64));

    internal override void Write(CanonicalObject members) => members
        .Add("datanet", Datanet).Add("rev", Revision).Add("kind", Kind).Add("state", State)
        .Add("purpose", Purpose).Add("licences", Licences).Add("owner", Owner).Add("sig", Signature);
}
