namespace Assay.Data.Formats.Datasets;

/// <summary>What an exported data set says about itself: the source of its README and of its Croissant file.</summary>
/// <param name="Name">Name of the datanet.</param>
/// <param name="Version">Number of the frozen version.</param>
/// <param name="Purpose">What belongs in it.</param>
/// <param name="Licences">SPDX identifiers of the files in it, most used first.</param>
/// <param name="Languages">ISO 639-1 codes that the datanet declares.</param>
/// <param name="Keywords">Its tags.</param>
/// <param name="Published">When the version was frozen.</param>
/// <param name="Records">Number of records.</param>
/// <param name="Files">Number of files.</param>
/// <param name="RecordsRoot">RFC 6962 root over the records, lower-case hex.</param>
public sealed record DatasetDescription(string Name, int Version, string Purpose, IReadOnlyList<string> Licences, IReadOnlyList<string> Languages,
    IReadOnlyList<string> Keywords, DateTimeOffset Published, int Records, int Files, string RecordsRoot)
{
    /// <summary>Ledger index of the version; null before it is sequenced.</summary>
    public long? LedgerIndex { get; init; }

    /// <summary>Address of the version's page; null when the site's own address is not known.</summary>
    public string? Url { get; init; }

    /// <summary>Parts of the data set that the bundle holds.</summary>
    public IReadOnlyList<DatasetPart> Parts { get; init; } = [];
}

/// <summary>One Parquet file of a bundle.</summary>
/// <param name="Table"><c>records</c> or <c>files</c>.</param>
/// <param name="Path">Path in the bundle, with forward slashes.</param>
/// <param name="Sha256">Of the Parquet file, lower-case hex.</param>
/// <param name="Bytes">Its length.</param>
public sealed record DatasetPart(string Table, string Path, string Sha256, long Bytes);
