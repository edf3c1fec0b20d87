using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Contributions.Comparisons;

/// <summary>That a finding describes what a record shares with an earlier one: what is shown side by side, and whose text the report may quote.</summary>
internal sealed class OverlapRow : IEntityTypeConfiguration<OverlapRow>
{
    /// <summary>The <see cref="OtherId"/> of reports that are older than this table: they may quote any earlier file.</summary>
    public const string Unknown = "";

    /// <summary>Whose report it is.</summary>
    public string ContributionId { get; init; } = "";
    public string Rule { get; init; } = "";

    /// <summary>Position of the record in its file, from 0.</summary>
    public int Ordinal { get; init; }

    /// <summary>The earlier contribution, or the test set.</summary>
    public string OtherId { get; init; } = "";

    /// <summary>The earlier record; null where whole files were compared, and for test sets.</summary>
    public long? OtherRecordId { get; init; }

    public void Configure(EntityTypeBuilder<OverlapRow> builder)
    {
        builder.ToTable("overlap");
        builder.HasKey(row => new { row.ContributionId, row.Rule, row.Ordinal });
        builder.HasIndex(row => row.OtherId);
    }
}
