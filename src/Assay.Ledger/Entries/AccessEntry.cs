namespace Assay.Ledger.Entries;

/// <summary>Consent to use a datanet changes.</summary>
/// <param name="Datanet">Datanet id.</param>
/// <param name="Account">Account id of who uses it.</param>
/// <param name="Action"><see cref="Request"/>, <see cref="Grant"/>, <see cref="Decline"/>, <see cref="Revoke"/> or <see cref="Expire"/>.</param>
/// <param name="Terms">SHA-256 of the terms.</param>
/// <param name="Purpose">SHA-256 of the stated purpose.</param>
/// <param name="Until">Milliseconds since 1970-01-01 UTC; absent when without end.</param>
public sealed record AccessEntry(string Datanet, string Account, string Action, string Terms, string Purpose, long? Until = null) : LedgerEntry
{
    /// <summary>Action: someone asks.</summary>
    public const string Request = "request";

    /// <summary>Action: the owner agrees.</summary>
    public const string Grant = "grant";

    /// <summary>Action: the owner refuses.</summary>
    public const string Decline = "decline";

    /// <summary>Action: the owner takes it back.</summary>
    public const string Revoke = "revoke";

    /// <summary>Action: the time is over.</summary>
    public const string Expire = "expire";

    internal const string TypeName = "access";

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static LedgerEntry Read(EntryReader members) => new AccessEntry(
        members.Id("datanet", 'd'), members.Id("acct", 'a'), members.OneOf("action", Request, Grant, Decline, Revoke, Expire),
        members.Sha256("terms"), members.Sha256("purpose"), members.OptionalInteger("until", 1, MaxTimestamp));

    internal override void Write(CanonicalObject members) => members
        .Add("datanet", Datanet).Add("acct", Account).Add("action", Action).Add("terms", Terms).Add("purpose", Purpose).Add("until", Until);
}
