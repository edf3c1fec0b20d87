using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Contributions.Uploads;

/// <summary>A file that comes in pieces. Its bytes lie in the staging folder under its id until it is complete.</summary>
internal sealed class UploadRow : IEntityTypeConfiguration<UploadRow>
{
    public string Id { get; init; } = "";
    public string AccountId { get; init; } = "";

    /// <summary>Key of its reservation, with the account: the client's <c>Idempotency-Key</c>, or made from the id.</summary>
    public string Op { get; init; } = "";
    public string DatanetId { get; init; } = "";

    /// <summary>Bytes that were declared.</summary>
    public long Length { get; init; }

    /// <summary>Bytes that are on the disk for certain. The file may be longer after a crash; what is beyond is sent again.</summary>
    public long Offset { get; set; }

    /// <summary>JSON of what the contributor says of the file; emptied when the upload ends.</summary>
    public string Facts { get; set; } = "{}";

    /// <summary>Ledger index of the answer that the file corrects.</summary>
    public long? AnswerIndex { get; init; }
    public UploadState State { get; set; }
    public string? ContributionId { get; set; }

    /// <summary>JSON of the refusal of a complete file, for a client that lost it.</summary>
    public string? Refusal { get; set; }
    public DateTimeOffset ExpiresAt { get; set; }

    public void Configure(EntityTypeBuilder<UploadRow> builder)
    {
        builder.ToTable("upload");
        builder.HasIndex(row => new { row.AccountId, row.Op });
        builder.HasIndex(row => new { row.State, row.ExpiresAt });
    }
}
