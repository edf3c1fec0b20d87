using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.ModelCatalog;

/// <summary>A tuned model: a base and the adapter of a succeeded run.</summary>
internal sealed class ModelVersionRow : IEntityTypeConfiguration<ModelVersionRow>
{
    /// <summary>The name that chat requests use, unique.</summary>
    public string Name { get; init; } = "";
    public string RunId { get; init; } = "";
    public string OwnerId { get; init; } = "";
    public string Base { get; init; } = "";
    public string AdapterSha256 { get; init; } = "";
    public double? BaseLoss { get; init; }
    public double? TunedLoss { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    public void Configure(EntityTypeBuilder<ModelVersionRow> builder)
    {
        builder.ToTable("model_version");
        builder.HasKey(row => row.Name);
        builder.HasIndex(row => row.RunId).IsUnique();
    }
}
