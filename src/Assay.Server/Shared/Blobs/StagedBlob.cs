namespace Assay.Server.Shared.Blobs;

/// <summary>A received file that has no row yet.</summary>
/// <param name="Head">The first bytes (up to <see cref="HeadLength"/>), enough for the magic-number check.</param>
internal sealed record StagedBlob(string Path, string Sha256, long Length, byte[] Head)
{
    public const int HeadLength = 4096;

    /// <summary>Names of staging files that come in pieces begin with it.</summary>
    public const string PiecesPrefix = "u_";
}
