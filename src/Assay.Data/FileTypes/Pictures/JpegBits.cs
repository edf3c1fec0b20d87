namespace Assay.Data.FileTypes.Pictures;

/// <summary>The bits of a JPEG's scan, up to the next marker; a stuffed zero byte follows each byte FF.</summary>
internal ref struct JpegBits(ReadOnlySpan<byte> content, long start)
{
    private readonly ReadOnlySpan<byte> _content = content;
    private uint _cache;
    private int _held;

    /// <summary>Offset of the next byte that was not taken into the cache.</summary>
    public int Position { get; private set; } = (int)start;

    /// <summary>The next symbol.</summary>
    public int Symbol(JpegHuffman table)
    {
        Fill();
        var (symbol, length) = table.Find((int)(_cache >> 16));
        if (length == 0 || length > _held)
        {
            throw Ends(length == 0 && _held >= 16);
        }

        _cache <<= length;
        _held -= length;
        return symbol;
    }

    /// <summary>0 to 16 bits.</summary>
    public int Read(int count)
    {
        if (count == 0)
        {
            return 0;
        }

        Fill();
        if (count > _held)
        {
            throw Ends(false);
        }

        var value = (int)(_cache >> (32 - count));
        _cache <<= count;
        _held -= count;
        return value;
    }

    /// <summary>Goes behind a restart marker, which must stand here.</summary>
    public void Restart(int number)
    {
        End();
        if (Position + 2 > _content.Length || _content[Position + 1] != 0xD0 + (number & 7))
        {
            throw FileFaults.Damaged($"A restart marker is missing at offset {Position}: the picture is cut off or damaged there.", Position);
        }

        Position += 2;
    }

    /// <summary>Ends the scan: the rest of the byte is padding, and a marker must follow.</summary>
    public void End()
    {
        if (_held >= 8)
        {
            throw FileFaults.Damaged($"Bytes that belong to no pixel lie at offset {Position - (_held / 8)}.", Position - (_held / 8));
        }

        (_cache, _held) = (0, 0);
        if (Position >= _content.Length)
        {
            throw FileFaults.CutOff("the end marker of the picture is missing", _content.Length);
        }

        if (_content[Position] != 0xFF || (Position + 1 < _content.Length && _content[Position + 1] == 0))
        {
            throw FileFaults.Damaged($"Bytes that belong to no pixel lie at offset {Position}.", Position);
        }

        while (Position + 1 < _content.Length && _content[Position + 1] == 0xFF)
        {
            Position++;
        }
    }

    private void Fill()
    {
        while (_held <= 24 && Position < _content.Length)
        {
            var value = _content[Position];
            if (value == 0xFF)
            {
                if (Position + 1 >= _content.Length || _content[Position + 1] != 0)
                {
                    return;
                }

                Position++;
            }

            Position++;
            _cache |= (uint)value << (24 - _held);
            _held += 8;
        }
    }

    private readonly InvalidFileException Ends(bool wrongCode) => wrongCode
        ? FileFaults.Damaged($"The pixels are damaged at offset {Position}: no code begins there.", Position)
        : Position >= _content.Length ? FileFaults.CutOff("the pixels go on", _content.Length)
        : FileFaults.Damaged($"The pixels end at offset {Position} before the last of them: the picture is cut off or damaged there.", Position);
}
