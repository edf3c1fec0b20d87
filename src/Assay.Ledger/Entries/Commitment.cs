using System.Security.Cryptography;
using System.Text;

namespace Assay.Ledger.Entries;

/// <summary>Salted hashes that stand in the ledger for content. Erasing content and salt leaves a hash that names nothing.</summary>
public static class Commitment
{
    /// <summary>Bytes of a salt; one is drawn for every file and every text.</summary>
    public const int SaltLength = 32;

    private const string VoteAccept = "accept", VoteReject = "reject";

    /// <summary>A fresh random salt.</summary>
    public static byte[] NewSalt() => RandomNumberGenerator.GetBytes(SaltLength);

    /// <summary>SHA-256("assay/content/v1\0" ‖ salt ‖ SHA-256 of the file), in lower-case hexadecimal.</summary>
    /// <param name="salt">32 bytes.</param>
    /// <param name="fileHash">SHA-256 of the file's bytes, 32 bytes.</param>
    public static string OfContent(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> fileHash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(fileHash.Length, SHA256.HashSizeInBytes);
        return Hash("assay/content/v1\0"u8, salt, fileHash);
    }

    /// <summary>SHA-256("assay/text/v1\0" ‖ salt ‖ UTF-8 of the text), in lower-case hexadecimal.</summary>
    /// <param name="salt">32 bytes.</param>
    /// <param name="text">A prompt or a reply, as it was shown.</param>
    public static string OfText(ReadOnlySpan<byte> salt, string text) => Hash("assay/text/v1\0"u8, salt, Encoding.UTF8.GetBytes(text));

    /// <summary>SHA-256("assay/vote/v1\0" ‖ salt ‖ UTF-8 of "accept" or "reject", 1e, reviewer's account id, 1e, reason): a leaf of <see cref="VotesEntry.Root"/>.</summary>
    /// <param name="salt">32 bytes, known to the reviewer and the installation.</param>
    /// <param name="accept">What was voted.</param>
    /// <param name="reviewer">Account id.</param>
    /// <param name="reason">As it was given.</param>
    public static string OfVote(ReadOnlySpan<byte> salt, bool accept, string reviewer, string reason) =>
        Hash("assay/vote/v1\0"u8, salt, Encoding.UTF8.GetBytes($"{(accept ? VoteAccept : VoteReject)}\u001e{reviewer}\u001e{reason}"));

    private static string Hash(ReadOnlySpan<byte> domain, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> content)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(salt.Length, SaltLength);
        return Convert.ToHexStringLower(SHA256.HashData([.. domain, .. salt, .. content]));
    }
}
