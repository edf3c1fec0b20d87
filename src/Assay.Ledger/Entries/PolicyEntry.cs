using System.Globalization;

namespace Assay.Ledger.Entries;

/// <summary>A public policy file changes, from a day on and never backwards.</summary>
/// <param name="Name"><see cref="Limits"/>, <see cref="Rules"/> or <see cref="Rewards"/>.</param>
/// <param name="Sha256">SHA-256 of the file.</param>
/// <param name="Effective">First UTC day it holds.</param>
public sealed record PolicyEntry(string Name, string Sha256, DateOnly Effective) : LedgerEntry
{
    /// <summary>Name: quotas and sizes.</summary>
    public const string Limits = "limits";

    /// <summary>Name: validation rules and their weights.</summary>
    public const string Rules = "rules";

    /// <summary>Name: prices and shares.</summary>
    public const string Rewards = "rewards";

    internal const string TypeName = "policy";

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static LedgerEntry Read(EntryReader members) =>
        new PolicyEntry(members.OneOf("name", Limits, Rules, Rewards), members.Sha256("sha256"), members.Day("effective"));

    internal override void Write(CanonicalObject members) => members
        .Add("name", Name).Add("sha256", Sha256).Add("effective", Effective.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
}
