using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Contributions;

/// <summary>The whole fingerprint of a clip, which confirms or refutes what the index of single sub-prints suggests.</summary>
internal sealed class SoundRow : IEntityTypeConfiguration<SoundRow>
{
    public string ContributionId { get; init; } = "";
    public string DatanetId { get; init; } = "";

    /// <summary>As <see cref="Assay.Data.Duplicates.AudioPrint.ToBytes"/> gives it.</summary>
    public byte[] Print { get; init; } = [];

    public void Configure(EntityTypeBuilder<SoundRow> builder)
    {
        builder.ToTable("sound");
        builder.HasKey(row => row.ContributionId);
        builder.HasIndex(row => row.DatanetId);
    }
}
