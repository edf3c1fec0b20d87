using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Removal;

/// <summary>One removal of one file. A file that was withdrawn or taken down may be voided later.</summary>
internal sealed class RemovalRow : IEntityTypeConfiguration<RemovalRow>
{
    public long Id { get; init; }
    public string ContributionId { get; init; } = "";

    /// <summary>withdraw, takedown or void.</summary>
    public string Kind { get; init; } = "";

    /// <summary>A public code of <see cref="RemovalRules"/>.</summary>
    public string Reason { get; init; } = "";
    public string ById { get; init; } = "";
    public DateTimeOffset At { get; init; }

    /// <summary>Row of the ledger.</summary>
    public long EntryId { get; set; }

    /// <summary>When nothing of the content was left in files and database; null until then, also over restarts.</summary>
    public DateTimeOffset? ErasedAt { get; set; }

    public void Configure(EntityTypeBuilder<RemovalRow> builder)
    {
        builder.ToTable("removal");
        builder.HasIndex(row => row.ContributionId);
        builder.HasIndex(row => row.ErasedAt);
    }
}
