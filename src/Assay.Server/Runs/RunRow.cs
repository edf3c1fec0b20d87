using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Runs;

/// <summary>One fine-tuning run.</summary>
internal sealed class RunRow : IEntityTypeConfiguration<RunRow>
{
    public string Id { get; init; } = "";
    public string Name { get; init; } = "";
    public string OwnerId { get; init; } = "";
    public RunState State { get; set; }
    public string Base { get; init; } = "";

    /// <summary>Snapshot ids separated by commas.</summary>
    public string Snapshots { get; init; } = "";

    /// <summary>Ids, separated by commas, of every datanet that its adapter learnt from: in this run, or in those it goes on from. Empty for runs from before datanets could be private.</summary>
    public string Datanets { get; init; } = "";

    /// <summary>JSON of the settings with every default filled in.</summary>
    public string Settings { get; init; } = "";

    /// <summary>How often the records of each snapshot count, in their order, separated by commas; empty: once.</summary>
    public string Weights { get; init; } = "";

    /// <summary>Higher runs are trained first.</summary>
    public int Priority { get; set; }

    /// <summary>The run whose adapter is trained further.</summary>
    public string? StartFrom { get; init; }

    /// <summary>JSON lists of record ids, fixed when the run was made.</summary>
    public string TrainRecords { get; init; } = "[]";
    public string HoldOutRecords { get; init; } = "[]";
    public int TrainCount { get; init; }
    public int HoldOutCount { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public int Step { get; set; }
    public int Steps { get; set; }
    public double? Loss { get; set; }
    public double? BaseLoss { get; set; }
    public double? TunedLoss { get; set; }
    public string? Failure { get; set; }

    /// <summary>What else its owner should know of how it ended.</summary>
    public string? Note { get; set; }
    public string? AdapterSha256 { get; set; }
    public long EntryId { get; set; }
    public long? EndEntryId { get; set; }

    /// <summary>Files it was trained on, or a run before it was, that were removed since.</summary>
    public int Removed { get; set; }

    public IReadOnlyList<string> SnapshotList => Snapshots.Split(',', StringSplitOptions.RemoveEmptyEntries);

    public void Configure(EntityTypeBuilder<RunRow> builder)
    {
        builder.ToTable("run");
        builder.HasIndex(row => row.CreatedAt);
        builder.Ignore(row => row.SnapshotList);
    }
}
