using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Review;

/// <summary>What is kept of a reviewer beside the votes: from when on the gold votes count for the pause.</summary>
internal sealed class ReviewerRow : IEntityTypeConfiguration<ReviewerRow>
{
    public string AccountId { get; init; } = "";

    /// <summary>The operator let the reviewer go on at this time.</summary>
    public DateTimeOffset ResumedAt { get; set; }

    public void Configure(EntityTypeBuilder<ReviewerRow> builder)
    {
        builder.ToTable("reviewer");
        builder.HasKey(row => row.AccountId);
    }
}
