using System.Buffers.Binary;
using System.Text;

namespace Assay.Data.Tokenization.Normalizers;

/// <summary>SentencePiece's compiled table of replacements: a double-array trie over UTF-8 and the texts it points to.</summary>
/// <remarks>
/// Layout: u32 size of the trie in bytes, the trie as u32 units, the texts, each ended by a zero byte; all little-endian. A unit of the trie
/// (Darts-clone) holds its label in bits 0–7, whether a leaf follows in bit 8, an offset in bits 10–30 with bit 9 as its scale; a leaf holds a value.
/// </remarks>
internal sealed class CharsMap
{
    private const uint LeafFlag = 0x8000_0000;

    private readonly uint[] units;
    private readonly byte[] texts;

    private CharsMap(uint[] units, byte[] texts)
    {
        this.units = units;
        this.texts = texts;
    }

    /// <exception cref="InvalidTokenizerException">The table is damaged.</exception>
    public static CharsMap Parse(ReadOnlySpan<byte> bytes)
    {
        var size = bytes.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;
        if (size < sizeof(uint) || size % sizeof(uint) != 0 || size > bytes.Length - sizeof(uint))
        {
            throw new InvalidTokenizerException($"The table of replacements (precompiled_charsmap) says {size} bytes of trie and has {bytes.Length} in all.");
        }

        var units = new uint[size / sizeof(uint)];
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[((i + 1) * sizeof(uint))..]);
        }

        return new(units, bytes[(int)(sizeof(uint) + size)..].ToArray());
    }

    /// <summary>Finds what replaces the beginning of a text.</summary>
    /// <param name="text">Where to look.</param>
    /// <param name="longest">True for the longest beginning in the table, false for the shortest.</param>
    /// <param name="length">Units of the text that are replaced.</param>
    /// <param name="replacement">What replaces them; may be empty.</param>
    public bool TryReplace(ReadOnlySpan<char> text, bool longest, out int length, out string replacement)
    {
        (length, replacement) = (0, "");
        var found = -1;
        var node = Offset(units[0]);
        var read = 0;
        Span<byte> bytes = stackalloc byte[4];
        while (read < text.Length && (longest || found < 0))
        {
            Rune.DecodeFromUtf16(text[read..], out var rune, out var consumed);
            if (!TryStep(ref node, bytes[..rune.EncodeToUtf8(bytes)], out var value))
            {
                break;
            }

            read += consumed;
            if (value >= 0)
            {
                (found, length) = (value, read);
            }
        }

        if (found < 0 || found >= texts.Length)
        {
            return false;
        }

        var rest = texts.AsSpan(found);
        var end = rest.IndexOf((byte)0);
        replacement = Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
        return true;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1u << 9)) >> 6);

    private bool TryStep(ref uint node, ReadOnlySpan<byte> bytes, out int value)
    {
        value = -1;
        foreach (var step in bytes)
        {
            node ^= step;
            if (node >= units.Length || (units[node] & (LeafFlag | 0xFF)) != step)
            {
                return false;
            }

            var unit = units[node];
            node ^= Offset(unit);
            var hasLeaf = ((unit >> 8) & 1) == 1 && node < units.Length;
            value = hasLeaf ? (int)(units[node] & ~LeafFlag) : -1;
        }

        return true;
    }
}
