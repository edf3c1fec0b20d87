using System.Text.Json;
using Assay.Client;
using Assay.Client.Models;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Exports;

/// <summary>A tuned model as files, or the making of them.</summary>
internal sealed class ExportRow : IEntityTypeConfiguration<ExportRow>
{
    public string Id { get; init; } = "";
    public string RunId { get; init; } = "";

    /// <summary>adapter, safetensors or gguf.</summary>
    public string Format { get; init; } = "";
    public string? Type { get; init; }

    /// <summary>queued, running, done or failed.</summary>
    public string State { get; set; } = "queued";
    public string? Failure { get; set; }

    /// <summary>JSON of a <see cref="ParityView"/>, once it is done.</summary>
    public string? Parity { get; set; }

    /// <summary>JSON list of <see cref="ExportFile"/>.</summary>
    public string Files { get; set; } = "[]";
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? EndedAt { get; set; }
    public long? EntryId { get; set; }

    public IReadOnlyList<ExportFile> ReadFiles() => JsonSerializer.Deserialize<List<ExportFile>>(Files, AssayJson.Options)!;

    public ParityView? ReadParity() => Parity is null ? null : JsonSerializer.Deserialize<ParityView>(Parity, AssayJson.Options);

    public void Configure(EntityTypeBuilder<ExportRow> builder)
    {
        builder.ToTable("model_export");
        builder.HasIndex(row => row.RunId);
    }
}
