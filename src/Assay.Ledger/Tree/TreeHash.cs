using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Assay.Ledger.Tree;

/// <summary>A node of the Merkle tree: 32 bytes of SHA-256, leaves and inner nodes hashed under different prefixes.</summary>
/// <remarks>RFC 6962 §2.1. A value; the default value is 32 zero bytes, not the empty tree.</remarks>
[StructLayout(LayoutKind.Sequential, Size = Length)]
public readonly record struct TreeHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Length = 32;

    private const int StackLimit = 1024;

    private readonly ulong _0, _1, _2, _3;

    /// <summary>Wraps 32 bytes.</summary>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is not 32 bytes long.</exception>
    public TreeHash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
        {
            throw new ArgumentException($"A tree hash has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        }

        this = MemoryMarshal.Read<TreeHash>(bytes);
    }

    /// <summary>The root of the tree without leaves: SHA-256 of nothing.</summary>
    public static TreeHash Empty { get; } = new(SHA256.HashData([]));

    /// <summary>SHA-256(0x00 ‖ entry).</summary>
    public static TreeHash OfLeaf(ReadOnlySpan<byte> entry)
    {
        Span<byte> preimage = entry.Length < StackLimit ? stackalloc byte[entry.Length + 1] : new byte[entry.Length + 1];
        preimage[0] = 0;
        entry.CopyTo(preimage[1..]);
        return Sha256(preimage);
    }

    /// <summary>SHA-256(0x01 ‖ left ‖ right).</summary>
    public static TreeHash OfNode(TreeHash left, TreeHash right)
    {
        Span<byte> preimage = stackalloc byte[1 + (2 * Length)];
        preimage[0] = 1;
        left.CopyTo(preimage[1..]);
        right.CopyTo(preimage[(1 + Length)..]);
        return Sha256(preimage);
    }

    /// <summary>The root over <paramref name="leaves"/>, split at the largest power of two below their number.</summary>
    public static TreeHash OfLeaves(ReadOnlySpan<TreeHash> leaves)
    {
        if (leaves.Length <= 1)
        {
            return leaves.IsEmpty ? Empty : leaves[0];
        }

        var split = 1 << BitOperations.Log2((uint)leaves.Length - 1);
        return OfNode(OfLeaves(leaves[..split]), OfLeaves(leaves[split..]));
    }

    /// <summary>Reads 32 bytes in standard Base64 (44 characters, zero padding bits).</summary>
    public static bool TryParseBase64(ReadOnlySpan<char> text, out TreeHash hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        hash = default;
        if (text.Length != 44 || !Convert.TryFromBase64Chars(text, bytes, out var count) || count != Length)
        {
            return false;
        }

        hash = new TreeHash(bytes);
        // Two Base64 texts can decode to the same bytes; only one of them is the form everybody hashes and signs.
        return text.SequenceEqual(hash.ToBase64());
    }

    /// <summary>Writes the 32 bytes to the start of <paramref name="target"/>.</summary>
    public void CopyTo(Span<byte> target) => MemoryMarshal.Write(target, in this);

    /// <summary>The 32 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Standard Base64, as in checkpoints and proofs.</summary>
    public string ToBase64() => Convert.ToBase64String(ToArray());

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    private static TreeHash Sha256(ReadOnlySpan<byte> preimage)
    {
        Span<byte> hash = stackalloc byte[Length];
        SHA256.HashData(preimage, hash);
        return MemoryMarshal.Read<TreeHash>(hash);
    }
}
