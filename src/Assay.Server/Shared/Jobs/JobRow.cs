using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Shared.Jobs;

/// <summary>Work for a child process. <see cref="Token"/> rises with each lease: a write that carries an older one changes nothing.</summary>
internal sealed class JobRow : IEntityTypeConfiguration<JobRow>
{
    public long Id { get; init; }

    /// <summary>validate, train or export.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The contribution, run or export the job is for.</summary>
    public string Subject { get; init; } = "";
    public JobState State { get; set; }
    public int Priority { get; init; }
    public string? Owner { get; set; }
    public DateTimeOffset LeasedUntil { get; set; }
    public long Token { get; set; }
    public int Attempts { get; set; }
    public bool Cancel { get; set; }

    /// <summary>What is wished of a training job: pause or stop; null: that it goes on.</summary>
    public string? Wish { get; set; }

    /// <summary>Why the last attempt ended, when it did not finish.</summary>
    public string? Failure { get; set; }
    public DateTimeOffset CreatedAt { get; init; }

    public void Configure(EntityTypeBuilder<JobRow> builder)
    {
        builder.ToTable("job");
        builder.HasIndex(row => new { row.Kind, row.State, row.Priority });
        builder.HasIndex(row => row.Subject);
    }
}
