namespace Assay.Data.FileTypes;

/// <summary>One entry of a ZIP archive, after its real size was counted.</summary>
/// <param name="Name">As written in the archive; never used as a path.</param>
/// <param name="Length">Bytes it unpacks to, counted.</param>
internal sealed record ArchiveEntry(string Name, long Length);
