namespace Assay.Worker.Hub;

/// <summary>A file as the hub lists it; at least one of the hashes is given.</summary>
/// <param name="Name">Name inside the repository, a bare file name.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">SHA-256 of the content in lower-case hex, for files in large-file storage.</param>
/// <param name="GitSha1">SHA-1 of the git blob in lower-case hex, for the other files.</param>
internal sealed record HubFile(string Name, long Size, string? Sha256, string? GitSha1)
{
    /// <summary>A name for the unfinished content that no other content shares.</summary>
    public string ContentId => Sha256 ?? GitSha1!;
}
