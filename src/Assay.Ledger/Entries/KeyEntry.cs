namespace Assay.Ledger.Entries;

/// <summary>An account's statement key was made or changed.</summary>
/// <param name="Account">Account id, <c>a_</c> and 16 hexadecimal digits.</param>
/// <param name="PublicKey">Ed25519 public key, 32 bytes in Base64.</param>
/// <param name="Kind"><see cref="New"/>, <see cref="Rotate"/> or <see cref="Recover"/>.</param>
/// <param name="NewSignature">Signature of <see cref="Statement.Key"/> by the key it names.</param>
/// <param name="Previous">The public key it replaces; absent for the first.</param>
/// <param name="OldSignature">Signature of the same statement by the replaced key; absent for the first and when that key is lost.</param>
public sealed record KeyEntry(string Account, string PublicKey, string Kind, string NewSignature, string? Previous = null, string? OldSignature = null) : LedgerEntry
{
    /// <summary>Kind: the first key of an account.</summary>
    public const string New = "new";

    /// <summary>Kind: replaced by its owner, who still has the old key.</summary>
    public const string Rotate = "rotate";

    /// <summary>Kind: replaced after the old key was lost.</summary>
    public const string Recover = "recover";

    internal const string TypeName = "key";

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static LedgerEntry Read(EntryReader members) => new KeyEntry(
        members.Id("acct", 'a'), members.Base64("pk", 32), members.OneOf("kind", New, Rotate, Recover), members.Base64("sigNew", 64),
        members.OptionalBase64("prev", 32), members.OptionalBase64("sigOld", 64));

    internal override void Write(CanonicalObject members) => members
        .Add("acct", Account).Add("pk", PublicKey).Add("kind", Kind).Add("sigNew", NewSignature).Add("prev", Previous).Add("sigOld", OldSignature);
}
