using System.Numerics;

namespace Assay.Data.FileTypes.Pictures;

/// <summary>Follows the codes of single blocks in one scan.</summary>
internal sealed class JpegBlocks
{
    private const int Last = 63, ZeroRun = 15;

    private readonly int _from, _to, _before, _low;
    private readonly bool _progressive;
    private readonly long _at;
    private int _emptyBlocks;

    /// <param name="from">First coefficient of the scan.</param>
    /// <param name="to">Last coefficient.</param>
    /// <param name="before">Bits that an earlier scan left out; 0 in a first scan.</param>
    /// <param name="low">Bits that this scan leaves out.</param>
    /// <param name="progressive">Whether the frame is.</param>
    /// <param name="at">Place of the scan in the file.</param>
    /// <exception cref="InvalidFileException">The range does not exist.</exception>
    public JpegBlocks(int from, int to, int before, int low, bool progressive, long at)
    {
        var legal = progressive
            ? from <= to && to <= Last && (from > 0 || to == 0) && low <= 13 && (before == 0 || before == low + 1)
            : from == 0 && to == Last && before == 0 && low == 0;
        (_from, _to, _before, _low, _progressive, _at) = (from, to, before, low, progressive, at);
        if (!legal)
        {
            throw FileFaults.Damaged($"A scan of the JPEG covers the coefficients {from} to {to}, which does not exist.", at);
        }
    }

    /// <summary>A component with the tables that this scan uses.</summary>
    internal sealed record Part(JpegComponent Component, JpegHuffman? Dc, JpegHuffman? Ac);

    /// <summary>Checks that a component may come now, with these tables.</summary>
    /// <exception cref="InvalidFileException">A table is missing, or the scan comes out of order.</exception>
    public Part Prepare(JpegComponent component, JpegHuffman? dc, JpegHuffman? ac)
    {
        var expected = _before == 0 ? 255 : _before;
        for (var k = _from; k <= _to; k++)
        {
            if (component.Missing[k] != expected)
            {
                throw FileFaults.Damaged("The scans of the JPEG are out of order, or one comes twice.", _at);
            }

            component.Missing[k] = (byte)_low;
        }

        var needsDc = _from == 0 && _before == 0;
        return (needsDc && dc is null) || (_to > 0 && ac is null)
            ? throw FileFaults.Damaged("A scan of the JPEG uses a Huffman table that is not there.", _at)
            : new Part(component, dc, ac);
    }

    /// <summary>Behind a restart marker nothing is carried on.</summary>
    public void Restart() => _emptyBlocks = 0;

    /// <summary>Follows the codes of one block.</summary>
    public void Follow(ref JpegBits bits, Part part, int block)
    {
        if (!_progressive)
        {
            Baseline(ref bits, part);
        }
        else if (_from == 0)
        {
            bits.Read(_before == 0 ? Size(bits.Symbol(part.Dc!)) : 1);
        }
        else if (_before == 0)
        {
            First(ref bits, part, ref part.Component.Set[block]);
        }
        else
        {
            Refine(ref bits, part, ref part.Component.Set[block]);
        }
    }

    private void Baseline(ref JpegBits bits, Part part)
    {
        bits.Read(Size(bits.Symbol(part.Dc!)));
        for (var k = 1; k <= Last; k++)
        {
            var symbol = bits.Symbol(part.Ac!);
            int zeros = symbol >> 4, size = symbol & 15;
            if (size == 0 && zeros < ZeroRun)
            {
                return;
            }

            k += zeros;
            if (k > Last)
            {
                throw Beyond(bits);
            }

            bits.Read(size);
        }
    }

    private void First(ref JpegBits bits, Part part, ref ulong set)
    {
        if (_emptyBlocks > 0)
        {
            _emptyBlocks--;
            return;
        }

        for (var k = _from; k <= _to; k++)
        {
            var symbol = bits.Symbol(part.Ac!);
            int zeros = symbol >> 4, size = symbol & 15;
            if (size == 0 && zeros < ZeroRun)
            {
                _emptyBlocks = (1 << zeros) - 1 + bits.Read(zeros);
                return;
            }

            k += zeros;
            if (k > _to)
            {
                throw Beyond(bits);
            }

            bits.Read(size);
            set |= size > 0 ? 1UL << k : 0;
        }
    }

    /// <summary>A refinement: one bit for each coefficient that is set, and codes for those that become so (T.81 figure G.7).</summary>
    private void Refine(ref JpegBits bits, Part part, ref ulong set)
    {
        var k = _from;
        while (_emptyBlocks == 0 && k <= _to)
        {
            var symbol = bits.Symbol(part.Ac!);
            int zeros = symbol >> 4, size = symbol & 15;
            if (size == 0 && zeros < ZeroRun)
            {
                _emptyBlocks = (1 << zeros) + bits.Read(zeros);
                break;
            }

            bits.Read(size > 0 ? 1 : 0);
            for (; k <= _to; k++)
            {
                if ((set >> k & 1) != 0)
                {
                    bits.Read(1);
                }
                else if (zeros-- == 0)
                {
                    break;
                }
            }

            if (k > _to && size > 0)
            {
                throw Beyond(bits);
            }

            set |= size > 0 ? 1UL << k : 0;
            k++;
        }

        if (_emptyBlocks > 0)
        {
            var rest = k > _to ? 0 : set >> k << k & (ulong.MaxValue >> (Last - _to));
            for (var count = BitOperations.PopCount(rest); count > 0; count--)
            {
                bits.Read(1);
            }

            _emptyBlocks--;
        }
    }

    /// <summary>A size of more than 16 bits does not exist.</summary>
    private int Size(int symbol) => symbol <= 16 ? symbol : throw FileFaults.Damaged("The pixels of the JPEG are damaged.", _at);

    private static InvalidFileException Beyond(in JpegBits bits) => FileFaults.Damaged($"The pixels are damaged at offset {bits.Position}: a block runs over its end.", bits.Position);
}
