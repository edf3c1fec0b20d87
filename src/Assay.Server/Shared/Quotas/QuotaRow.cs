using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Shared.Quotas;

/// <summary>What one scope (a user, a datanet) has used of one UTC day. The CHECK holds the cap even against a bug of ours.</summary>
internal sealed class QuotaRow : IEntityTypeConfiguration<QuotaRow>
{
    public string Scope { get; init; } = "";
    public string Key { get; init; } = "";

    /// <summary>UTC calendar day, <c>yyyy-MM-dd</c>.</summary>
    public string Day { get; init; } = "";
    public long Bytes { get; init; }
    public long Files { get; init; }
    public long CapBytes { get; init; }
    public long CapFiles { get; init; }

    public void Configure(EntityTypeBuilder<QuotaRow> builder)
    {
        builder.ToTable("quota", table => table.HasCheckConstraint(
            "quota_cap", "\"Bytes\" >= 0 AND \"Files\" >= 0 AND \"Bytes\" <= \"CapBytes\" AND \"Files\" <= \"CapFiles\""));
        builder.HasKey(row => new { row.Scope, row.Key, row.Day });
    }
}
