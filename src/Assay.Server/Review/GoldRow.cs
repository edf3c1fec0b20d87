using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Review;

/// <summary>A decided file whose right answer is known: reviewers get it unannounced, and their votes on it change nothing but their own figures.</summary>
internal sealed class GoldRow : IEntityTypeConfiguration<GoldRow>
{
    public string ContributionId { get; init; } = "";

    /// <summary>The right answer.</summary>
    public bool Accept { get; set; }
    public string MarkedBy { get; set; } = "";
    public DateTimeOffset MarkedAt { get; set; }

    /// <summary>False: taken back. Votes already cast on it no longer count in anybody's figures.</summary>
    public bool Active { get; set; }

    public void Configure(EntityTypeBuilder<GoldRow> builder)
    {
        builder.ToTable("gold");
        builder.HasKey(row => row.ContributionId);
    }
}
