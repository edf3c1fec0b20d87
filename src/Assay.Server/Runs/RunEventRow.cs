using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Runs;

/// <summary>One appended point of a run's curves; the id is the event id of the live stream.</summary>
internal sealed class RunEventRow : IEntityTypeConfiguration<RunEventRow>
{
    public long Id { get; init; }
    public string RunId { get; init; } = "";

    /// <summary>The step that was trained; null for other points. A step that is trained again replaces its point.</summary>
    public int? Step { get; init; }

    /// <summary>The step at which the hold-out was measured; null for other points.</summary>
    public int? EvaluatedStep { get; init; }

    /// <summary>JSON of a <c>RunPoint</c>.</summary>
    public string Point { get; init; } = "";

    public void Configure(EntityTypeBuilder<RunEventRow> builder)
    {
        builder.ToTable("run_event");
        builder.HasIndex(row => new { row.RunId, row.Id });
        builder.HasIndex(row => new { row.RunId, row.Step });
    }
}
