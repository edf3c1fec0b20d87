using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Review;

/// <summary>One reviewer's vote on one file; nobody votes on the same file twice, in no round.</summary>
internal sealed class VoteRow : IEntityTypeConfiguration<VoteRow>
{
    public string ContributionId { get; init; } = "";
    public string ReviewerId { get; init; } = "";

    /// <summary>The round it counts in; null for a vote on a file with a known answer, which decides nothing.</summary>
    public long? CaseId { get; init; }
    public bool Accept { get; init; }

    /// <summary>Erased with the content, which it may quote.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Salt of the vote's leaf in the ledger's <c>votes</c> entry; empty for votes from before there was one.</summary>
    public byte[] Salt { get; init; } = [];
    public DateTimeOffset VotedAt { get; init; }

    public void Configure(EntityTypeBuilder<VoteRow> builder)
    {
        builder.ToTable("vote");
        builder.HasKey(row => new { row.ContributionId, row.ReviewerId });
        builder.HasIndex(row => row.CaseId);
        builder.HasIndex(row => row.ReviewerId);
    }
}
