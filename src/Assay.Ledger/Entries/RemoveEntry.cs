namespace Assay.Ledger.Entries;

/// <summary>Content and salt of a contribution were erased; its entry stays and names nothing any more.</summary>
/// <param name="Contribution">Ledger index of the <see cref="ContribEntry"/>.</param>
/// <param name="Kind"><see cref="Withdraw"/>, <see cref="Takedown"/> or <see cref="Void"/>.</param>
/// <param name="Reason">Short reason code; no names.</param>
/// <param name="By">Account id of who did it.</param>
public sealed record RemoveEntry(long Contribution, string Kind, string Reason, string By) : LedgerEntry
{
    /// <summary>Kind: taken back by its contributor; the standing keeps it.</summary>
    public const string Withdraw = "withdraw";

    /// <summary>Kind: taken down for a legal reason; the standing keeps it.</summary>
    public const string Takedown = "takedown";

    /// <summary>Kind: found to be dishonest; for the standing it becomes a rejection at its first position.</summary>
    public const string Void = "void";

    internal const string TypeName = "remove";

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static LedgerEntry Read(EntryReader members) => new RemoveEntry(
        members.Integer("contrib", 0), members.OneOf("kind", Withdraw, Takedown, Void), members.Text("reason"), members.Id("by", 'a'));

    internal override void Write(CanonicalObject members) => members
        .Add("contrib", Contribution).Add("kind", Kind).Add("reason", Reason).Add("by", By);
}
