using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Chat;

/// <summary>One answer, private to its account. The ledger holds salted hashes only.</summary>
internal sealed class AnswerRow : IEntityTypeConfiguration<AnswerRow>
{
    public string Id { get; init; } = "";
    public string AccountId { get; init; } = "";
    public string Model { get; init; } = "";
    public string? RunId { get; init; }

    /// <summary>JSON list of the turns that were sent.</summary>
    public string Messages { get; init; } = "[]";
    public string Text { get; init; } = "";
    public string StopReason { get; init; } = "";
    public int PromptTokens { get; init; }
    public int CompletionTokens { get; init; }
    public long Seed { get; init; }
    public long BaseMillibits { get; init; }
    public long TunedMillibits { get; init; }

    /// <summary>Salt of the commitments to prompt and answer.</summary>
    public byte[] Salt { get; init; } = [];
    public long EntryId { get; set; }
    public DateTimeOffset CreatedAt { get; init; }

    public void Configure(EntityTypeBuilder<AnswerRow> builder)
    {
        builder.ToTable("answer");
        builder.HasIndex(row => new { row.AccountId, row.CreatedAt });
    }
}
