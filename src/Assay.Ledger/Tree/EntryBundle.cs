using System.Buffers.Binary;

namespace Assay.Ledger.Tree;

/// <summary>Up to 256 entries in a row, each after its length as uint16 big-endian.</summary>
/// <remarks>C2SP tlog-tiles, <c>tile/entries/N</c>.</remarks>
public static class EntryBundle
{
    /// <summary>The longest entry a bundle can carry, in bytes.</summary>
    public const int MaxEntryLength = ushort.MaxValue;

    /// <summary>The longest bundle, in bytes.</summary>
    public const int MaxLength = TilePath.FullWidth * (2 + MaxEntryLength);

    /// <summary>The file form of the given entries.</summary>
    /// <exception cref="ArgumentException">An entry has not 1 to 65,535 bytes.</exception>
    public static byte[] ToBytes(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var bytes = new byte[entries.Sum(entry => 2 + entry.Length)];
        var at = 0;
        foreach (var entry in entries)
        {
            if (entry.Length is < 1 or > MaxEntryLength)
            {
                throw new ArgumentException($"An entry has 1 to {MaxEntryLength} bytes, not {entry.Length}.", nameof(entries));
            }

            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), (ushort)entry.Length);
            entry.CopyTo(bytes.AsMemory(at + 2));
            at += 2 + entry.Length;
        }

        return bytes;
    }

    /// <summary>Reads a bundle of exactly <paramref name="count"/> entries.</summary>
    /// <exception cref="LedgerFormatException">A length runs over the end, an entry is empty, or bytes follow the last entry.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Parse(ReadOnlyMemory<byte> bytes, int count)
    {
        var entries = new List<ReadOnlyMemory<byte>>(count);
        if (FindProblem(bytes, count, entries) is { } problem)
        {
            throw new LedgerFormatException(problem);
        }

        return entries;
    }

    /// <summary>Reads as many entries as are well formed into <paramref name="entries"/>, and says what is wrong with the next one.</summary>
    /// <returns>Null when the bundle is exactly <paramref name="count"/> entries.</returns>
    public static string? FindProblem(ReadOnlyMemory<byte> bytes, int count, ICollection<ReadOnlyMemory<byte>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var rest = bytes;
        for (var i = 0; i < count; i++)
        {
            if (rest.Length < 2)
            {
                return $"the bundle ends after {i} of {count} entries";
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(rest.Span);
            if (length == 0 || length > rest.Length - 2)
            {
                return length == 0 ? "its length is 0" : $"its length {length} runs over the end of the bundle";
            }

            entries.Add(rest.Slice(2, length));
            rest = rest[(2 + length)..];
        }

        return rest.IsEmpty ? null : $"{rest.Length} bytes follow the last of {count} entries";
    }
}
