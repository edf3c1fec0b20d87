using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Runs;

/// <summary>One appended point of a run's curves; the id is the event id of the live stream.</summary>
internal sealed class RunEventRow : IEntityTypeConfiguration<RunEventRow>
{
    public long Id { get; init; }
    public string RunId { get; init; } = "";

    /// <summary>JSON of a <c>RunPoint</c>.</summary>
    public string Point { get; init; } = "";

    public void Configure(EntityTypeBuilder<RunEventRow> builder)
    {
        builder.ToTable("run_event");
        builder.HasIndex(row => new { row.RunId, row.Id });
    }
}
