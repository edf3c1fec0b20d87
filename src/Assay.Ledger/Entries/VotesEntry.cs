namespace Assay.Ledger.Entries;

/// <summary>People decided a contribution. The <see cref="VerdictEntry"/> that follows says what; this entry fixes by how many votes, and commits to them.</summary>
/// <param name="Contribution">Ledger index of the <see cref="ContribEntry"/>.</param>
/// <param name="Round">1 for the first review of the contribution, then counted up.</param>
/// <param name="Votes">Votes that were cast in the round.</param>
/// <param name="Needed">Agreeing votes that decide; 1 says that the verdict rests on one vote.</param>
/// <param name="Root">RFC 6962 root over the salted votes, in the order they were cast: see <see cref="Commitment.OfVote"/>.</param>
public sealed record VotesEntry(long Contribution, long Round, long Votes, long Needed, string Root) : LedgerEntry
{
    internal const string TypeName = "votes";

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static LedgerEntry Read(EntryReader members) => new VotesEntry(
        members.Integer("contrib", 0), members.Integer("round", 1), members.Integer("votes", 1), members.Integer("needed", 1), members.Sha256("root"));

    internal override void Write(CanonicalObject members) => members
        .Add("contrib", Contribution).Add("round", Round).Add("votes", Votes).Add("needed", Needed).Add("root", Root);
}
