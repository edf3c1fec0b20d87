namespace Assay.Data.FileTypes.Pictures;

/// <summary>One Huffman table of a JPEG (T.81 annexes C and F.2.2.3).</summary>
internal sealed class JpegHuffman
{
    private const int Longest = 16, Quick = 8;

    private readonly int[] _mostCode = new int[Longest + 2], _offset = new int[Longest + 1];
    private readonly byte[] _values;
    private readonly ushort[] _quick = new ushort[1 << Quick];

    /// <param name="counts">Number of codes of each length, 1 to 16.</param>
    /// <param name="values">The symbols in order of their codes.</param>
    /// <param name="at">Place in the file.</param>
    /// <exception cref="InvalidFileException">There are more codes than their lengths allow.</exception>
    public JpegHuffman(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> values, long at)
    {
        _values = values.ToArray();
        int code = 0, index = 0;
        for (var length = 1; length <= Longest; length++)
        {
            _offset[length] = index - code;
            for (var number = 0; number < counts[length - 1]; number++, code++, index++)
            {
                if (code >= 1 << length)
                {
                    throw FileFaults.Damaged("A Huffman table of the JPEG has more codes than there are.", at);
                }

                if (length <= Quick)
                {
                    _quick.AsSpan(code << (Quick - length), 1 << (Quick - length)).Fill((ushort)((length << 8) | _values[index]));
                }
            }

            _mostCode[length] = counts[length - 1] == 0 ? -1 : code - 1;
            code <<= 1;
        }
    }

    /// <summary>The symbol that the next 16 bits begin with, and the bits it takes; 0 bits when no code does.</summary>
    public (int Symbol, int Length) Find(int next)
    {
        if (_quick[next >> (Longest - Quick)] is var found and > 0)
        {
            return (found & 0xFF, found >> 8);
        }

        for (var length = Quick + 1; length <= Longest; length++)
        {
            var code = next >> (Longest - length);
            if (code <= _mostCode[length])
            {
                return (_values[_offset[length] + code], length);
            }
        }

        return (0, 0);
    }
}
