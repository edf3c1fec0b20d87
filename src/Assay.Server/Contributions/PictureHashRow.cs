using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Contributions;

/// <summary>One part of one difference hash of a picture: pictures that share a key are candidates for being copies.</summary>
internal sealed class PictureHashRow : IEntityTypeConfiguration<PictureHashRow>
{
    public string DatanetId { get; init; } = "";

    /// <summary>From <see cref="Assay.Data.Duplicates.ImageHashKeys"/>.</summary>
    public int Key { get; init; }
    public string ContributionId { get; init; } = "";

    /// <summary>0: of the whole picture; 1 and on: of a crop.</summary>
    public int Crop { get; init; }
    public long Hash { get; init; }

    public void Configure(EntityTypeBuilder<PictureHashRow> builder)
    {
        builder.ToTable("picture_hash");
        builder.HasKey(row => new { row.DatanetId, row.Key, row.ContributionId, row.Crop });
        builder.HasIndex(row => row.ContributionId);
    }
}
