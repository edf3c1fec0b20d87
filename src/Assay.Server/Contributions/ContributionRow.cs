using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Contributions;

/// <summary>One contributed file. Content never changes; state and verdict do.</summary>
internal sealed class ContributionRow : IEntityTypeConfiguration<ContributionRow>
{
    public string Id { get; init; } = "";
    public string DatanetId { get; init; } = "";
    public string AccountId { get; init; } = "";

    /// <summary>The idempotency key of the upload.</summary>
    public string Op { get; init; } = "";

    /// <summary>For display only; never a path.</summary>
    public string FileName { get; init; } = "";

    /// <summary>Name of the file type, such as md or png.</summary>
    public string Type { get; init; } = "";
    public long Bytes { get; init; }
    public string Sha256 { get; init; } = "";

    /// <summary>Blob of the extracted text that the records of a pdf, docx or parquet point into; null where they point into the file.</summary>
    public string? ExtractionSha256 { get; set; }

    /// <summary>Blob of the small picture that a worker made, for pictures that could be read.</summary>
    public string? PreviewSha256 { get; set; }

    /// <summary>SHA-256 of the normalised text, or of the decoded pixels or samples; known after parsing.</summary>
    public string? TextSha256 { get; set; }

    /// <summary>32 random bytes that make the ledger's commitment erasable.</summary>
    public byte[] Salt { get; init; } = [];
    public string Licence { get; init; } = "";
    public string? Source { get; init; }
    public string? IntendedUse { get; init; }
    public string? Note { get; init; }
    public string? Language { get; init; }

    /// <summary>Which columns of rows hold what, as the contributor said.</summary>
    public string? Columns { get; init; }

    /// <summary>The contribution whose text this file holds, where a PDF was refused for its pictures.</summary>
    public string? ExtractedFrom { get; init; }

    /// <summary>The answer that this file corrects.</summary>
    public string? FromAnswer { get; init; }

    /// <summary>The owner's import that the file came in with; null for an ordinary contribution.</summary>
    public string? ImportId { get; init; }
    public ContributionState State { get; set; }
    public int? Score { get; set; }

    /// <summary>JSON of the validation report; absent before the decision.</summary>
    public string? Report { get; set; }
    /// <summary>withdraw, takedown or void once the file was removed; its content is erased then. A flag beside the state, which stays.</summary>
    public string? Removal { get; set; }
    public DateTimeOffset ReceivedAt { get; init; }
    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>Rows of the ledger: the contribution and its latest verdict.</summary>
    public long EntryId { get; set; }
    public long? VerdictEntryId { get; set; }

    public void Configure(EntityTypeBuilder<ContributionRow> builder)
    {
        builder.ToTable("contribution");
        builder.HasIndex(row => new { row.AccountId, row.Op }).IsUnique();
        builder.HasIndex(row => new { row.DatanetId, row.State });
        builder.HasIndex(row => row.Sha256);
        builder.HasIndex(row => row.TextSha256);
        builder.HasIndex(row => row.ReceivedAt);
        builder.HasIndex(row => row.EntryId);
        builder.HasIndex(row => row.ExtractedFrom);
    }
}
