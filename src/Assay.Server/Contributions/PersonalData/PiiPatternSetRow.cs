using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Contributions.PersonalData;

/// <summary>A set of the operator's patterns that was in force once. It stays for good: decisions name it by its hash, and records are masked by it.</summary>
internal sealed class PiiPatternSetRow : IEntityTypeConfiguration<PiiPatternSetRow>
{
    /// <summary>SHA-256 of <see cref="Patterns"/>, lower-case hex.</summary>
    public string Hash { get; init; } = "";

    /// <summary>The patterns as JSON.</summary>
    public string Patterns { get; init; } = "";

    /// <summary>Start of the first server that used it.</summary>
    public DateTimeOffset Since { get; init; }

    public void Configure(EntityTypeBuilder<PiiPatternSetRow> builder)
    {
        builder.ToTable("pii_pattern_set");
        builder.HasKey(row => row.Hash);
    }
}
