using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Transparency;

/// <summary>One ledger entry. It is pending until the appender gives it an index; ids rise in commit order.</summary>
internal sealed class LedgerRow : IEntityTypeConfiguration<LedgerRow>
{
    public long Id { get; init; }

    /// <summary>Place in the log; null while pending.</summary>
    public long? Index { get; set; }

    /// <summary>Canonical JSON.</summary>
    public byte[] Bytes { get; init; } = [];

    public void Configure(EntityTypeBuilder<LedgerRow> builder)
    {
        builder.ToTable("ledger_entry");
        builder.HasIndex(row => row.Index).IsUnique();
    }
}
