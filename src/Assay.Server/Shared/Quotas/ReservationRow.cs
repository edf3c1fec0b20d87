using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Shared.Quotas;

/// <summary>One upload's claim on the day's limits, and the memory of its idempotency key.</summary>
internal sealed class ReservationRow : IEntityTypeConfiguration<ReservationRow>
{
    public string AccountId { get; init; } = "";

    /// <summary>The client's <c>Idempotency-Key</c>, at most 255 characters, unique per account.</summary>
    public string Op { get; init; } = "";
    public string DatanetId { get; init; } = "";

    /// <summary>SHA-256 of the request's declared facts; the same key with another request is refused.</summary>
    public string RequestHash { get; init; } = "";
    public string Day { get; init; } = "";

    /// <summary>The owner's import that the file comes in with; null when it counts for the day.</summary>
    public string? Import { get; init; }
    public long Bytes { get; set; }
    public ReservationState State { get; set; }
    public string? ContributionId { get; set; }
    public DateTimeOffset CreatedAt { get; init; }

    public void Configure(EntityTypeBuilder<ReservationRow> builder)
    {
        builder.ToTable("reservation");
        builder.HasKey(row => new { row.AccountId, row.Op });
        builder.HasIndex(row => new { row.State, row.CreatedAt });
    }
}
