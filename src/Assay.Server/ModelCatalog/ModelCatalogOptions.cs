namespace Assay.Server.ModelCatalog;

internal sealed class ModelCatalogOptions
{
    /// <summary>A folder whose subfolders are base models (config.json, safetensors, tokenizer.json); empty: <c>models/base</c> in the data folder.</summary>
    public string Folder { get; set; } = "";
}
