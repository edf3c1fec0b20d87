using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Attribution;

/// <summary>A verbatim span of an answer and one record it stands in; the first row of a span is the earliest record.</summary>
internal sealed class SpanRow : IEntityTypeConfiguration<SpanRow>
{
    public long Id { get; init; }
    public string AnswerId { get; init; } = "";

    /// <summary>Half-open character range in the answer.</summary>
    public int Start { get; init; }
    public int End { get; init; }
    public int Tokens { get; init; }
    public long Millibits { get; init; }
    public long RecordId { get; init; }

    public void Configure(EntityTypeBuilder<SpanRow> builder)
    {
        builder.ToTable("span");
        builder.HasIndex(row => row.AnswerId);
        builder.HasIndex(row => row.RecordId);
    }
}
