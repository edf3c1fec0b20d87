using System.Text.Json;
using Assay.Client;
using Assay.Client.Chat;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Contributions;

/// <summary>One record cut from a contribution: what a model is trained on.</summary>
internal sealed class RecordRow : IEntityTypeConfiguration<RecordRow>
{
    /// <summary>Roles of turns, as chat templates know them.</summary>
    public const string User = "user", Assistant = "assistant";

    public long Id { get; init; }
    public string ContributionId { get; init; } = "";
    public string DatanetId { get; init; } = "";
    public int Ordinal { get; init; }

    /// <summary>The question or heading path; empty for running text. Of a conversation the first question.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>What is learnt; of a conversation the last answer.</summary>
    public string Text { get; init; } = "";

    /// <summary>JSON list of <see cref="ChatTurn"/> of a conversation; null when <see cref="Prompt"/> and <see cref="Text"/> say it all.</summary>
    public string? Turns { get; init; }

    /// <summary>Half-open byte range in the source, or in the stored extraction for pdf and docx.</summary>
    public long Start { get; init; }
    public long End { get; init; }

    /// <summary>0 to 1000; a copy (0) is never trained on.</summary>
    public int Novelty { get; init; } = 1000;

    /// <summary>The earlier record this one is nearest to, when at least half alike.</summary>
    public long? NearestRecord { get; init; }

    /// <summary>Hash of the operator's patterns that the file was judged with, which the record is masked by; null when there were none.</summary>
    public string? PatternSet { get; init; }

    /// <summary>The text that duplicates are searched in; joined as <c>Assay.Data</c> joins the turns of a record.</summary>
    public string JoinedText() => string.Join("\n\n", AllTurns().Select(turn => turn.Content));

    /// <summary>Every turn in order. Running text is one turn without a role.</summary>
    public IReadOnlyList<ChatTurn> AllTurns() =>
        Turns is { } turns ? JsonSerializer.Deserialize<List<ChatTurn>>(turns, AssayJson.Options)!
        : Prompt.Length == 0 ? [new ChatTurn("", Text)]
        : [new ChatTurn(User, Prompt), new ChatTurn(Assistant, Text)];

    /// <summary>What a model is to say: its turns, joined by a blank line.</summary>
    public string LearntText() => Turns is null ? Text : string.Join("\n\n", AllTurns().Where(turn => turn.Role == Assistant).Select(turn => turn.Content));

    /// <summary>Characters of all turns.</summary>
    public long Characters() => AllTurns().Sum(turn => (long)turn.Content.Length);

    public void Configure(EntityTypeBuilder<RecordRow> builder)
    {
        builder.ToTable("record");
        builder.HasIndex(row => row.ContributionId);
        builder.HasIndex(row => row.DatanetId);
    }
}
