using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Transparency;

/// <summary>The tree head that belongs to the sequenced entries; a single row.</summary>
internal sealed class LedgerHeadRow : IEntityTypeConfiguration<LedgerHeadRow>
{
    public int Id { get; init; } = 1;

    /// <summary>Size and right edge of the tree, as the ledger library writes them.</summary>
    public byte[] RightEdge { get; set; } = [];

    public void Configure(EntityTypeBuilder<LedgerHeadRow> builder)
    {
        builder.ToTable("ledger_head");
        builder.Property(row => row.Id).ValueGeneratedNever();
    }
}
