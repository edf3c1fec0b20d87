using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Runs;

/// <summary>One look at a run's held-out records; a step that is measured again replaces its row.</summary>
internal sealed class RunEvaluationRow : IEntityTypeConfiguration<RunEvaluationRow>
{
    public string RunId { get; init; } = "";
    public int Step { get; init; }
    public double? HoldOutLoss { get; set; }

    /// <summary>JSON lists of record ids with their losses.</summary>
    public string Best { get; set; } = "[]";
    public string Worst { get; set; } = "[]";

    /// <summary>JSON list of the model's answers to the run's prompts; they may quote what it was trained on.</summary>
    public string Answers { get; set; } = "[]";
    public DateTimeOffset CreatedAt { get; set; }

    public void Configure(EntityTypeBuilder<RunEvaluationRow> builder)
    {
        builder.ToTable("run_evaluation");
        builder.HasKey(row => new { row.RunId, row.Step });
    }
}
