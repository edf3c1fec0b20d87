using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Datanets.Settings;

/// <summary>The latest attempt of one account at one datanet's questions.</summary>
internal sealed class QuizAttemptRow : IEntityTypeConfiguration<QuizAttemptRow>
{
    public string DatanetId { get; init; } = "";
    public string AccountId { get; init; } = "";

    /// <summary>Passing holds, also when the owner changes the questions later.</summary>
    public bool Passed { get; set; }
    public int Right { get; set; }
    public int Attempts { get; set; }

    /// <summary>From when it may be answered again; null once passed.</summary>
    public DateTimeOffset? RetryAt { get; set; }

    public void Configure(EntityTypeBuilder<QuizAttemptRow> builder)
    {
        builder.ToTable("quiz_attempt");
        builder.HasKey(row => new { row.DatanetId, row.AccountId });
    }
}
