using System.Security.Cryptography;

namespace Assay.Worker.Hub;

/// <summary>A fetched file.</summary>
/// <param name="Name">Bare file name.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">SHA-256 of the content, lower-case hex.</param>
/// <param name="CheckedBy">What the hub's listing offered to check it by: <c>sha256</c> or <c>git-sha1</c>.</param>
internal sealed record PulledFile(string Name, long Size, string Sha256, string CheckedBy)
{
    /// <summary>Whether the folder holds exactly this content.</summary>
    public async Task<bool> IsIntactAsync(string folder, CancellationToken cancel)
    {
        var file = new FileInfo(Path.Combine(folder, Name));
        if (!file.Exists || file.Length != Size)
        {
            return false;
        }

        await using var stream = file.OpenRead();
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel)) == Sha256;
    }
}
