using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Contributions;

/// <summary>One MinHash band of one record: records that share a band are near-duplicate candidates.</summary>
internal sealed class BandRow : IEntityTypeConfiguration<BandRow>
{
    public string DatanetId { get; init; } = "";

    /// <summary>Hash of the band's number and its four minima.</summary>
    public long Hash { get; init; }
    public long RecordId { get; init; }

    public void Configure(EntityTypeBuilder<BandRow> builder)
    {
        builder.ToTable("band");
        builder.HasKey(row => new { row.DatanetId, row.Hash, row.RecordId });
        builder.HasIndex(row => row.RecordId);
    }
}
