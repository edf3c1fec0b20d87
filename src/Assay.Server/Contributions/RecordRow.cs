using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Contributions;

/// <summary>One record cut from a contribution: what a model is trained on.</summary>
internal sealed class RecordRow : IEntityTypeConfiguration<RecordRow>
{
    public long Id { get; init; }
    public string ContributionId { get; init; } = "";
    public string DatanetId { get; init; } = "";
    public int Ordinal { get; init; }

    /// <summary>The question or heading path; empty for running text.</summary>
    public string Prompt { get; init; } = "";
    public string Text { get; init; } = "";

    /// <summary>Half-open byte range in the source, or in the stored extraction for pdf and docx.</summary>
    public long Start { get; init; }
    public long End { get; init; }

    /// <summary>0 to 1000; a copy (0) is never trained on.</summary>
    public int Novelty { get; init; } = 1000;

    /// <summary>The earlier record this one is nearest to, when at least half alike.</summary>
    public long? NearestRecord { get; init; }

    /// <summary>The text that duplicates are searched in; joined as <c>Assay.Data</c> joins the turns of a record.</summary>
    public string JoinedText() => Prompt.Length == 0 ? Text : Prompt + "\n\n" + Text;

    public void Configure(EntityTypeBuilder<RecordRow> builder)
    {
        builder.ToTable("record");
        builder.HasIndex(row => row.ContributionId);
        builder.HasIndex(row => row.DatanetId);
    }
}
