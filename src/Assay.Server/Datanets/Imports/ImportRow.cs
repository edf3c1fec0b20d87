using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Datanets.Imports;

/// <summary>An existing corpus that an owner brings into the own datanet.</summary>
internal sealed class ImportRow : IEntityTypeConfiguration<ImportRow>
{
    public string Id { get; init; } = "";
    public string DatanetId { get; init; } = "";
    public string AccountId { get; init; } = "";
    public string Label { get; init; } = "";

    /// <summary>No further file comes in after this.</summary>
    public DateTimeOffset? ClosedAt { get; set; }
    public DateTimeOffset OpenedAt { get; init; }

    public void Configure(EntityTypeBuilder<ImportRow> builder)
    {
        builder.ToTable("import");
        builder.HasIndex(row => row.DatanetId);
    }
}
