namespace Assay.Server.Shared.Quotas;

/// <summary>The outcomes of asking for a part of the day's limits.</summary>
internal abstract record QuotaAnswer
{
    /// <summary>Granted now, or earlier under the same key.</summary>
    public sealed record Reserved(ReservationRow Reservation) : QuotaAnswer;

    /// <summary>The idempotency key belongs to a different request.</summary>
    public sealed record OtherRequest : QuotaAnswer;

    public sealed record Exceeded(ExceededQuota Limit) : QuotaAnswer;

    /// <summary>The datanet's import lane has no room for the file.</summary>
    public sealed record ImportFull(QuotaMeter Bytes) : QuotaAnswer;
}

/// <param name="Bytes">Declared length of the file.</param>
/// <param name="Hash">SHA-256 over everything that makes two requests the same.</param>
/// <param name="Import">Id of the owner's import that the file comes in with: it uses the datanet's import lane instead of anybody's day; null: the daily limits hold.</param>
internal sealed record QuotaRequest(long Bytes, string Hash, string? Import = null);

/// <param name="Limit">contributor_bytes, contributor_files, datanet_bytes or fair_share_bytes.</param>
internal sealed record QuotaMeter(string Limit, long Used, long Cap)
{
    public long Left => Math.Max(0, Cap - Used);
}

internal sealed record ExceededQuota(QuotaMeter Meter, long Asked, DateTimeOffset ResetsAt);

internal sealed record QuotaUsage(QuotaMeter ContributorBytes, QuotaMeter ContributorFiles, QuotaMeter DatanetBytes, QuotaMeter? FairShareBytes, DateTimeOffset ResetsAt);
