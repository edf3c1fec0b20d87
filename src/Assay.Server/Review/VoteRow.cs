using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Review;

/// <summary>One reviewer's vote on one file.</summary>
internal sealed class VoteRow : IEntityTypeConfiguration<VoteRow>
{
    public string ContributionId { get; init; } = "";
    public string ReviewerId { get; init; } = "";
    public bool Accept { get; init; }
    public string Reason { get; init; } = "";
    public DateTimeOffset VotedAt { get; init; }

    public void Configure(EntityTypeBuilder<VoteRow> builder)
    {
        builder.ToTable("vote");
        builder.HasKey(row => new { row.ContributionId, row.ReviewerId });
    }
}
