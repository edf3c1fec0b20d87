namespace Assay.Ledger.Entries;

/// <summary>A file was contributed; written in the transaction that acknowledges the upload.</summary>
/// <param name="Account">The contributor's account id.</param>
/// <param name="Datanet">Datanet id.</param>
/// <param name="Commit"><see cref="Commitment.OfContent(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> of the file.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="Kind">text, image or audio.</param>
/// <param name="FileType">Type of the file, such as <c>txt</c> or <c>docx</c>.</param>
/// <param name="Licence">SPDX id; in a private datanet its <see cref="Commitment.OfText(ReadOnlySpan{byte}, string)"/>.</param>
/// <param name="Operation">Idempotency id of the upload.</param>
/// <param name="Signature">The contributor's signature of <see cref="Statement.Contribute"/>.</param>
public sealed record ContribEntry(
    string Account, string Datanet, string Commit, long Bytes, string Kind, string FileType, string Licence, string Operation, string Signature) : LedgerEntry
{
    internal const string TypeName = "contrib";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Number of units, when known before the first verdict.</summary>
    public long? Units { get; init; }

    /// <summary>RFC 6962 root over the units, when known before the first verdict.</summary>
    public string? UnitsRoot { get; init; }

    /// <summary>Index of the <see cref="CommitEntry"/> this opens.</summary>
    public long? Reveal { get; init; }

    /// <summary>Index of the <see cref="InferEntry"/> whose corrected answer this is.</summary>
    public long? From { get; init; }

    /// <summary>Id of the owner's import that it came in with; such a contribution stands on no board.</summary>
    public string? Import { get; init; }

    internal static LedgerEntry Read(EntryReader members) => new ContribEntry(
        members.Id("acct", 'a'), members.Id("datanet", 'd'), members.Sha256("commit"), members.Integer("bytes", 0),
        members.OneOf("kind", "text", "image", "audio"), members.Text("type"), members.Text("lic"), members.Text("op"), members.Base64("sig", 64))
    {
        Units = members.OptionalInteger("units", 0),
        UnitsRoot = members.OptionalSha256("unitsRoot"),
        Reveal = members.OptionalInteger("reveal", 0),
        From = members.OptionalInteger("from", 0),
        Import = members.OptionalId("import", 'b'),
    };

    internal override void Write(CanonicalObject members) => members
        .Add("acct", Account).Add("datanet", Datanet).Add("commit", Commit).Add("bytes", Bytes).Add("kind", Kind).Add("type", FileType)
        .Add("lic", Licence).Add("op", Operation).Add("sig", Signature)
        .Add("units", Units).Add("unitsRoot", UnitsRoot).Add("reveal", Reveal).Add("from", From).Add("import", Import);
}
