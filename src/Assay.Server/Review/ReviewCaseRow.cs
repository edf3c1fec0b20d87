using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Review;

/// <summary>One round of people's judgement on one file. A file has at most one open round.</summary>
internal sealed class ReviewCaseRow : IEntityTypeConfiguration<ReviewCaseRow>
{
    public long Id { get; init; }
    public string ContributionId { get; init; } = "";

    /// <summary>1, 2, 3 … within the contribution.</summary>
    public int Round { get; init; }
    public ReviewKind Kind { get; init; }

    /// <summary>Why the contributor appeals; erased with the content.</summary>
    public string? Appeal { get; set; }

    /// <summary>An audit's draw can be repeated from it.</summary>
    public long? Seed { get; init; }
    public DateTimeOffset OpenedAt { get; init; }

    /// <summary>When it was opened, then when the last vote came: the operator is asked when nothing happens.</summary>
    public DateTimeOffset LastMoveAt { get; set; }
    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>Null while open, and for a file that was removed meanwhile.</summary>
    public bool? Accepted { get; set; }

    /// <summary>Who decided alone, as owner or operator; null when votes did. With the reason, which the contributor reads.</summary>
    public string? DecidedBy { get; set; }
    public string? Reason { get; set; }

    /// <summary>Rows of the ledger: the verdict that stood when it was opened, and the one that closed it.</summary>
    public long? VerdictBefore { get; init; }
    public long? VerdictEntryId { get; set; }

    public void Configure(EntityTypeBuilder<ReviewCaseRow> builder)
    {
        builder.ToTable("review_case");
        builder.HasIndex(row => new { row.ContributionId, row.Round }).IsUnique();
        builder.HasIndex(row => new { row.ClosedAt, row.Kind });
    }
}
