using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Contributions.Passages;

/// <summary>One sampled run of four words of one record, of any datanet: what passages taken over word for word are found by.</summary>
/// <remarks>The hash of a private datanet's run is masked (<see cref="PassageMask"/>): it equals none of another datanet.</remarks>
internal sealed class PassageRow : IEntityTypeConfiguration<PassageRow>
{
    public long Hash { get; init; }
    public long RecordId { get; init; }

    public void Configure(EntityTypeBuilder<PassageRow> builder)
    {
        builder.ToTable("passage");
        builder.HasKey(row => new { row.Hash, row.RecordId });
        builder.HasIndex(row => row.RecordId);
    }
}
