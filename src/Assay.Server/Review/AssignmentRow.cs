using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Review;

/// <summary>A file that one reviewer was given by chance. The draw can be repeated from the seed and the files that were open then.</summary>
internal sealed class AssignmentRow : IEntityTypeConfiguration<AssignmentRow>
{
    public long Id { get; init; }
    public string ReviewerId { get; init; } = "";
    public string ContributionId { get; init; } = "";

    /// <summary>Null: a file with a known answer.</summary>
    public long? CaseId { get; init; }
    public long Seed { get; init; }

    /// <summary>How many files the draw was among.</summary>
    public int Among { get; init; }
    public DateTimeOffset AssignedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the vote came, the reviewer handed it back, or there was nothing left to vote on.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Handed back: this reviewer does not get the file again.</summary>
    public bool Passed { get; set; }

    public bool IsHeld(DateTimeOffset now) => EndedAt is null && ExpiresAt > now;

    public void Configure(EntityTypeBuilder<AssignmentRow> builder)
    {
        builder.ToTable("assignment");
        builder.HasIndex(row => new { row.ReviewerId, row.EndedAt });
        builder.HasIndex(row => row.CaseId);
        builder.HasIndex(row => row.ContributionId);
    }
}
