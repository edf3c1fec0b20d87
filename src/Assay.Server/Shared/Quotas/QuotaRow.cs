using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Shared.Quotas;

/// <summary>What one scope (a user, a datanet, a user in a datanet) has used of one UTC day. The CHECK holds the cap even against a bug of ours.</summary>
internal sealed class QuotaRow : IEntityTypeConfiguration<QuotaRow>
{
    public const string User = "user", Datanet = "datanet", UserDatanet = "user_datanet", Import = "import";

    /// <summary>Stands for the day in rows that count for ever.</summary>
    public const string AllDays = "all";

    /// <summary>One of <see cref="User"/>, <see cref="Datanet"/>, <see cref="UserDatanet"/>, <see cref="Import"/>.</summary>
    public string Scope { get; init; } = "";

    /// <summary>Account id, datanet id, or both with a slash between them.</summary>
    public string Key { get; init; } = "";

    /// <summary>UTC calendar day, <c>yyyy-MM-dd</c>; or <see cref="AllDays"/>.</summary>
    public string Day { get; init; } = "";
    public long Bytes { get; init; }
    public long Files { get; init; }
    /// <summary>The cap of the latest reservation; never below what was used when a limit was lowered during the day.</summary>
    public long CapBytes { get; init; }
    public long CapFiles { get; init; }

    public void Configure(EntityTypeBuilder<QuotaRow> builder)
    {
        builder.ToTable("quota", table => table.HasCheckConstraint(
            "quota_cap", "\"Bytes\" >= 0 AND \"Files\" >= 0 AND \"Bytes\" <= \"CapBytes\" AND \"Files\" <= \"CapFiles\""));
        builder.HasKey(row => new { row.Scope, row.Key, row.Day });
    }
}
