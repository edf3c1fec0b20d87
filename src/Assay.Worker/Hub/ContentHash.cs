using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Worker.Hub;

/// <summary>Compares bytes with what a hub lists: by SHA-256, or by the name of the git blob where that is all there is.</summary>
internal sealed class ContentHash : IDisposable
{
    private readonly HubFile file;
    private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash blob = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);

    public ContentHash(HubFile file)
    {
        this.file = file;
        BeginBlob();
    }

    /// <summary>Adds the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        sha256.AppendData(bytes);
        blob.AppendData(bytes);
    }

    /// <summary>Adds the rest of a stream, at most as many bytes as are listed.</summary>
    /// <returns>Bytes read.</returns>
    public long Append(Stream stream)
    {
        byte[] buffer = new byte[1 << 17];
        long total = 0;
        for (int count; (count = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, file.Size - total))) > 0; total += count)
        {
            Append(buffer.AsSpan(0, count));
        }

        return total;
    }

    /// <summary>Forgets all bytes.</summary>
    public void Restart()
    {
        _ = sha256.GetHashAndReset();
        _ = blob.GetHashAndReset();
        BeginBlob();
    }

    /// <summary>SHA-256 of the bytes in lower-case hex if they are the listed content, else null.</summary>
    public string? Match()
    {
        string actual = Convert.ToHexStringLower(sha256.GetCurrentHash());
        bool right = file.Sha256 is { } expected ? actual == expected : Convert.ToHexStringLower(blob.GetCurrentHash()) == file.GitSha1;
        return right ? actual : null;
    }

    public void Dispose()
    {
        sha256.Dispose();
        blob.Dispose();
    }

    // A git blob is named by the hash of its header and its content.
    private void BeginBlob() => blob.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {file.Size}\0")));
}
