using System.ComponentModel.DataAnnotations;

namespace Assay.Server.Shared;

/// <summary>Where everything durable lies.</summary>
internal sealed class StorageOptions
{
    /// <summary>The data folder: <c>assay.db</c>, <c>blobs/</c>, <c>staging/</c>, <c>ledger/</c>, <c>models/</c>. Made when absent.</summary>
    [Required]
    public string Folder { get; set; } = "data/assay";

    /// <summary>The project's root, for the starter model and the samples; empty: found above the program.</summary>
    public string Home { get; set; } = "";
}
