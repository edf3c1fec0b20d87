using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Contributions.TestSets;

/// <summary>A registered test set: its name and size. Of its text only hashes of runs of 13 words are kept.</summary>
internal sealed class TestSetRow : IEntityTypeConfiguration<TestSetRow>
{
    public string Id { get; init; } = "";

    /// <summary>The datanet it holds for; null for all, as the operator registers it.</summary>
    public string? DatanetId { get; init; }
    public string Name { get; init; } = "";
    public int Items { get; init; }
    public int Runs { get; init; }
    public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Empty for sets that are older than this column.</summary>
    public string RegisteredById { get; init; } = "";

    /// <summary>When its hashes were deleted; what it was called and who did it stays.</summary>
    public DateTimeOffset? RemovedAt { get; set; }
    public string? RemovedById { get; set; }

    public void Configure(EntityTypeBuilder<TestSetRow> builder)
    {
        builder.ToTable("test_set");
        builder.HasIndex(row => row.DatanetId);
    }
}

/// <summary>The hash of one run of words of a test set.</summary>
internal sealed class TestSetRunRow : IEntityTypeConfiguration<TestSetRunRow>
{
    public long Hash { get; init; }
    public string TestSetId { get; init; } = "";

    public void Configure(EntityTypeBuilder<TestSetRunRow> builder)
    {
        builder.ToTable("test_set_run");
        builder.HasKey(row => new { row.Hash, row.TestSetId });
        builder.HasIndex(row => row.TestSetId);
    }
}
