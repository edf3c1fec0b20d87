using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Access;

/// <summary>A builder's request to train on a datanet, and what was decided.</summary>
internal sealed class AccessRow : IEntityTypeConfiguration<AccessRow>
{
    public string Id { get; init; } = "";
    public string DatanetId { get; init; } = "";
    public string AccountId { get; init; } = "";
    public string Purpose { get; init; } = "";

    /// <summary>What was accepted, word for word: the datanet's terms and licences as they were when access was asked for.</summary>
    public string Terms { get; set; } = "";

    /// <summary>requested, granted, declined, expired or revoked.</summary>
    public string State { get; set; } = "requested";
    public string? Reason { get; set; }
    public DateTimeOffset RequestedAt { get; init; }
    public DateTimeOffset? DecidedAt { get; set; }
    public DateTimeOffset? Until { get; set; }

    public void Configure(EntityTypeBuilder<AccessRow> builder)
    {
        builder.ToTable("access");
        builder.HasIndex(row => new { row.DatanetId, row.AccountId });
    }
}
