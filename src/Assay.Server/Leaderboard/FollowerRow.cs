using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Leaderboard;

/// <summary>How far a derived view has followed the ledger.</summary>
internal sealed class FollowerRow : IEntityTypeConfiguration<FollowerRow>
{
    public string Name { get; init; } = "";

    /// <summary>Entries applied: the index of the next one.</summary>
    public long Next { get; set; }

    public void Configure(EntityTypeBuilder<FollowerRow> builder)
    {
        builder.ToTable("follower");
        builder.HasKey(row => row.Name);
    }
}
