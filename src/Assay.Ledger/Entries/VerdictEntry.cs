namespace Assay.Ledger.Entries;

/// <summary>A decision on a contribution. A later verdict on the same contribution replaces the earlier one.</summary>
/// <param name="Contribution">Ledger index of the <see cref="ContribEntry"/>.</param>
/// <param name="Sequence">1 for the first verdict on it, then counted up.</param>
/// <param name="Result"><see cref="Accepted"/>, <see cref="Rejected"/> or <see cref="Review"/>.</param>
/// <param name="Score">0 to 1,000.</param>
/// <param name="Findings">SHA-256 of the report.</param>
/// <param name="Rules">Ledger index of the <see cref="PolicyEntry"/> applied.</param>
/// <param name="By"><see cref="Auto"/>, <see cref="Votes"/>, <see cref="Owner"/> or <see cref="Operator"/>.</param>
public sealed record VerdictEntry(long Contribution, long Sequence, string Result, long Score, string Findings, long Rules, string By) : LedgerEntry
{
    /// <summary>Result: part of the datanet.</summary>
    public const string Accepted = "accepted";

    /// <summary>Result: not part of the datanet.</summary>
    public const string Rejected = "rejected";

    /// <summary>Result: a person decides; not a decision yet.</summary>
    public const string Review = "review";

    /// <summary>By: the validation rules.</summary>
    public const string Auto = "auto";

    /// <summary>By: the votes of reviewers.</summary>
    public const string Votes = "votes";

    /// <summary>By: the datanet's owner.</summary>
    public const string Owner = "owner";

    /// <summary>By: the operator of the installation.</summary>
    public const string Operator = "operator";

    internal const string TypeName = "verdict";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>Number of units, in the first verdict on a text file.</summary>
    public long? Units { get; init; }

    /// <summary>RFC 6962 root over the units, in the first verdict on a text file.</summary>
    public string? UnitsRoot { get; init; }

    internal static LedgerEntry Read(EntryReader members) => new VerdictEntry(
        members.Integer("contrib", 0), members.Integer("seq", 1), members.OneOf("result", Accepted, Rejected, Review), members.Integer("score", 0, 1000),
        members.Sha256("findings"), members.Integer("rules", 0), members.OneOf("by", Auto, Votes, Owner, Operator))
    {
        Units = members.OptionalInteger("units", 0),
        UnitsRoot = members.OptionalSha256("unitsRoot"),
    };

    internal override void Write(CanonicalObject members) => members
        .Add("contrib", Contribution).Add("seq", Sequence).Add("result", Result).Add("score", Score).Add("findings", Findings)
        .Add("rules", Rules).Add("by", By).Add("units", Units).Add("unitsRoot", UnitsRoot);
}
