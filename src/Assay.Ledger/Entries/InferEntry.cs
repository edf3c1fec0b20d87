namespace Assay.Ledger.Entries;

/// <summary>A model answered. Neither prompt nor reply is in the entry, only commitments to them.</summary>
/// <param name="Id">Answer id, <c>i_</c> and 16 hexadecimal digits.</param>
/// <param name="Model">Model id.</param>
/// <param name="Version">Version of the model.</param>
/// <param name="Prompt"><see cref="Commitment.OfText"/> of the prompt.</param>
/// <param name="Reply"><see cref="Commitment.OfText"/> of the reply.</param>
/// <param name="TokensIn">Tokens of the prompt.</param>
/// <param name="TokensOut">Tokens of the reply.</param>
/// <param name="Fee">Micro-credits (1 credit = 1,000,000).</param>
/// <param name="Payer">Pseudonym of the payer in this epoch, a SHA-256.</param>
/// <param name="Kind"><see cref="Granted"/> or <see cref="Funded"/> credits.</param>
public sealed record InferEntry(
    string Id, string Model, long Version, string Prompt, string Reply, long TokensIn, long TokensOut, long Fee, string Payer, string Kind) : LedgerEntry
{
    /// <summary>Kind: paid with the free allowance.</summary>
    public const string Granted = "granted";

    /// <summary>Kind: paid with credits someone bought.</summary>
    public const string Funded = "funded";

    internal const string TypeName = "infer";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Milli-bits of the reply under the base model; absent when not measured.</summary>
    public long? BitsBase { get; init; }

    /// <summary>Milli-bits of the reply under the tuned model; absent when not measured.</summary>
    public long? BitsTuned { get; init; }

    internal static LedgerEntry Read(EntryReader members) => new InferEntry(
        members.Id("id", 'i'), members.Id("model", 'm'), members.Integer("version", 1), members.Sha256("prompt"), members.Sha256("reply"),
        members.Integer("tokIn", 0), members.Integer("tokOut", 0), members.Integer("fee", 0), members.Sha256("payer"), members.OneOf("kind", Granted, Funded))
    {
        BitsBase = members.OptionalInteger("bitsBase", 0),
        BitsTuned = members.OptionalInteger("bitsTuned", 0),
    };

    internal override void Write(CanonicalObject members) => members
        .Add("id", Id).Add("model", Model).Add("version", Version).Add("prompt", Prompt).Add("reply", Reply).Add("tokIn", TokensIn)
        .Add("tokOut", TokensOut).Add("fee", Fee).Add("payer", Payer).Add("kind", Kind).Add("bitsBase", BitsBase).Add("bitsTuned", BitsTuned);
}
