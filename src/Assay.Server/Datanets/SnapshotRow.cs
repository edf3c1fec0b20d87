using System.Text.Json;
using Assay.Client;
using Assay.Client.Datanets;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Datanets;

/// <summary>An immutable, numbered list of accepted records.</summary>
internal sealed class SnapshotRow : IEntityTypeConfiguration<SnapshotRow>
{
    public string Id { get; init; } = "";
    public string DatanetId { get; init; } = "";

    /// <summary>1, 2, 3 … within the datanet.</summary>
    public int Number { get; init; }
    public int Contributions { get; init; }
    public int Records { get; init; }
    public long Characters { get; init; }
    public string RecordsRoot { get; init; } = "";

    /// <summary>JSON of <see cref="SnapshotManifest"/>.</summary>
    public string Manifest { get; init; } = "";
    public long EntryId { get; set; }

    /// <summary>Files of it that were removed since; a run no longer starts from it then.</summary>
    public int Removed { get; set; }
    public DateTimeOffset CreatedAt { get; init; }

    public SnapshotManifest ReadManifest() => JsonSerializer.Deserialize<SnapshotManifest>(Manifest, AssayJson.Options)!;

    public SnapshotView ToView(long? index) => new(Id, DatanetId, Number, Contributions, Records, Characters, RecordsRoot, index, CreatedAt, Removed);

    public void Configure(EntityTypeBuilder<SnapshotRow> builder)
    {
        builder.ToTable("snapshot");
        builder.HasIndex(row => new { row.DatanetId, row.Number }).IsUnique();
    }
}
