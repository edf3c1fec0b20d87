using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Assay.Data.Units;

/// <summary>Leaf data of a contribution's <c>unitsRoot</c>. The root itself is the RFC 6962 tree over these leaves, made where the ledger is written.</summary>
public static class UnitLeaves
{
    /// <summary>Bytes of a contribution's salt.</summary>
    public const int SaltLength = 32;

    /// <summary>SHA-256("assay/unit/v1\0" ‖ salt ‖ le32(i) ‖ unit) of each unit, lower-case hex.</summary>
    /// <param name="salt">The contribution's 32 random bytes.</param>
    /// <param name="stream">From <see cref="UnitText.Of"/>.</param>
    public static IReadOnlyList<string> Hash(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> stream)
    {
        if (salt.Length != SaltLength)
        {
            throw new ArgumentException($"A salt has {SaltLength} bytes, this one {salt.Length}.", nameof(salt));
        }

        var ends = UnitCutter.Ends(stream);
        var leaves = new string[ends.Count];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[4];
        Span<byte> digest = stackalloc byte[32];
        for (var index = 0; index < leaves.Length; index++)
        {
            var start = index == 0 ? 0 : ends[index - 1];
            BinaryPrimitives.WriteInt32LittleEndian(number, index);
            hash.AppendData("assay/unit/v1\0"u8);
            hash.AppendData(salt);
            hash.AppendData(number);
            hash.AppendData(stream[start..ends[index]]);
            hash.GetHashAndReset(digest);
            leaves[index] = Convert.ToHexStringLower(digest);
        }

        return leaves;
    }
}
