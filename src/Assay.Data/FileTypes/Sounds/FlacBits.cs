using System.Numerics;

namespace Assay.Data.FileTypes.Sounds;

/// <summary>Reads bits, the highest first, from untrusted bytes.</summary>
internal ref struct FlacBits(ReadOnlySpan<byte> bytes, int start)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private ulong _cache;
    private int _held, _next = start;

    /// <summary>Offset of the next byte; meaningful at a byte's border.</summary>
    public readonly int Position => _next - (_held / 8);

    /// <summary>0 to 32 bits.</summary>
    /// <exception cref="InvalidFileException">The bytes end before.</exception>
    public uint Read(int count)
    {
        if (count == 0)
        {
            return 0;
        }

        if (_held < count)
        {
            Fill();
            if (_held < count)
            {
                throw FileFaults.CutOff("a frame needs more bytes", _bytes.Length);
            }
        }

        var value = (uint)(_cache >> (64 - count));
        _cache <<= count;
        _held -= count;
        return value;
    }

    /// <summary>1 to 33 bits in two's complement.</summary>
    public long ReadSigned(int count)
    {
        var value = count > 32 ? ((ulong)Read(count - 32) << 32) | Read(32) : Read(count);
        return (long)(value << (64 - count)) >> (64 - count);
    }

    /// <summary>Zeros before the next one, which is read, too.</summary>
    public int Unary()
    {
        var zeros = 0;
        while (_cache == 0)
        {
            zeros += _held;
            _held = 0;
            Fill();
            if (_held == 0)
            {
                throw FileFaults.CutOff("a frame needs more bytes", _bytes.Length);
            }
        }

        var more = BitOperations.LeadingZeroCount(_cache);
        _cache <<= more;
        _cache <<= 1;
        _held -= more + 1;
        return zeros + more;
    }

    /// <summary>Goes to the next byte; the bits before it must be 0.</summary>
    public void Align()
    {
        if (Read(_held % 8) != 0)
        {
            throw FileFaults.Damaged("The padding of a frame is not empty.", Position);
        }
    }

    private void Fill()
    {
        while (_held <= 56 && _next < _bytes.Length)
        {
            _cache |= (ulong)_bytes[_next++] << (56 - _held);
            _held += 8;
        }
    }
}
