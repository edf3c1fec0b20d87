using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Leaderboard;

/// <summary>One account's standing in one scope and period, as far as the ledger has been followed.</summary>
internal sealed class StandingRow : IEntityTypeConfiguration<StandingRow>
{
    /// <summary>A datanet id, or <c>platform</c>.</summary>
    public string Scope { get; init; } = "";

    /// <summary>all, or a quarter such as 2026-Q4.</summary>
    public string Period { get; init; } = "";
    public string AccountId { get; init; } = "";

    /// <summary>Billionths; never falls.</summary>
    public long Standing { get; set; }
    public long Live { get; set; }
    public int Accepted { get; set; }
    public int Decided { get; set; }

    /// <summary>Tie-breakers, frozen when the standing was reached: mean score in thousandths, ledger index.</summary>
    public long MeanScore { get; set; }
    public long ReachedAt { get; set; }
    public DateTimeOffset LastDecision { get; set; }

    public void Configure(EntityTypeBuilder<StandingRow> builder)
    {
        builder.ToTable("standing");
        builder.HasKey(row => new { row.Scope, row.Period, row.AccountId });
    }
}
