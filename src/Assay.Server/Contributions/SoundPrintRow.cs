using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Contributions;

/// <summary>One sub-print of a clip and where it stands: clips that share some at the same shift are candidates for being copies.</summary>
internal sealed class SoundPrintRow : IEntityTypeConfiguration<SoundPrintRow>
{
    public string DatanetId { get; init; } = "";
    public long Hash { get; init; }
    public string ContributionId { get; init; } = "";

    /// <summary>Number of the sub-print in the clip, from 0.</summary>
    public int Position { get; init; }

    public void Configure(EntityTypeBuilder<SoundPrintRow> builder)
    {
        builder.ToTable("sound_print");
        builder.HasKey(row => new { row.DatanetId, row.Hash, row.ContributionId });
        builder.HasIndex(row => row.ContributionId);
    }
}
