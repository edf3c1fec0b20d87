namespace Assay.Data.FileTypes.Pictures;

/// <summary>Follows the Huffman codes of a JPEG's scans block by block without computing a pixel, baseline and progressive (T.81 annexes F and G): decoders fill what is missing with grey and say nothing.</summary>
internal sealed class JpegScans
{
    private const int Tables = 0xC4, RestartInterval = 0xDD, Progressive = 0xC2, ArithmeticFirst = 0xC9;

    private readonly JpegHuffman?[] _dc = new JpegHuffman?[4], _ac = new JpegHuffman?[4];
    private readonly List<JpegComponent> _components = [];
    private int _unitColumns, _unitRows, _restart;
    private bool _progressive;

    /// <summary>Size of the picture; null before its frame header.</summary>
    public (int Width, int Height)? Frame { get; private set; }

    /// <summary>Whether every coefficient of every component has come.</summary>
    public bool Whole => _components.TrueForAll(component => component.Whole);

    /// <summary>Looks at one segment.</summary>
    /// <param name="marker">Second byte of its marker.</param>
    /// <param name="data">Its bytes without the length.</param>
    /// <param name="at">Offset of <paramref name="data"/> in the file.</param>
    /// <exception cref="InvalidFileException">It is damaged, or a frame that cannot be taken.</exception>
    public void Segment(int marker, ReadOnlySpan<byte> data, long at)
    {
        switch (marker)
        {
            case Tables:
                ReadTables(data, at);
                break;
            case RestartInterval:
                _restart = data.Be16(0);
                break;
            case >= 0xC0 and <= 0xCF and not (0xC8 or 0xCC):
                ReadFrame(marker, data, at);
                break;
        }
    }

    /// <summary>Follows one scan and returns where the marker behind it stands.</summary>
    /// <param name="content">The file.</param>
    /// <param name="header">The scan's header.</param>
    /// <param name="at">Offset of its first coded byte.</param>
    /// <param name="cancel">Looked at between rows of blocks.</param>
    /// <exception cref="InvalidFileException">The scan is not whole.</exception>
    public long Scan(ReadOnlySpan<byte> content, ReadOnlySpan<byte> header, long at, CancellationToken cancel)
    {
        if (Frame is null || header.IsEmpty || header.Length != (header[0] * 2) + 4 || header[0] is 0 or > 4)
        {
            throw FileFaults.Damaged("A scan of the JPEG has no frame, or a damaged header.", at);
        }

        var band = header[^3..];
        var blocks = new JpegBlocks(band[0], band[1], band[2] >> 4, band[2] & 15, _progressive, at);
        var parts = new List<JpegBlocks.Part>();
        for (var index = 0; index < header[0]; index++)
        {
            int id = header[1 + (index * 2)], tables = header[2 + (index * 2)];
            var component = _components.Find(other => other.Id == id) ?? throw FileFaults.Damaged($"A scan of the JPEG names the component {id}, which does not exist.", at);
            parts.Add(blocks.Prepare(component, _dc[(tables >> 4) & 3], _ac[tables & 3]));
        }

        if (parts.Count > 1 && band[1] > 0 && _progressive)
        {
            throw FileFaults.Damaged("A progressive scan of the JPEG mixes components.", at);
        }

        return Follow(content, at, blocks, parts, cancel);
    }

    private long Follow(ReadOnlySpan<byte> content, long at, JpegBlocks blocks, List<JpegBlocks.Part> parts, CancellationToken cancel)
    {
        var bits = new JpegBits(content, at);
        var alone = parts.Count == 1;
        var (columns, rows) = alone ? parts[0].Component.Own : (_unitColumns, _unitRows);
        int done = 0, restarts = 0;
        for (var row = 0; row < rows; row++)
        {
            cancel.ThrowIfCancellationRequested();
            for (var column = 0; column < columns; column++, done++)
            {
                if (_restart > 0 && done > 0 && done % _restart == 0)
                {
                    bits.Restart(restarts++);
                    blocks.Restart();
                }

                foreach (var part in parts)
                {
                    var component = part.Component;
                    int wide = alone ? 1 : component.Wide, high = alone ? 1 : component.High;
                    for (var y = 0; y < high; y++)
                    {
                        for (var x = 0; x < wide; x++)
                        {
                            blocks.Follow(ref bits, part, (((row * high) + y) * component.Columns) + (column * wide) + x);
                        }
                    }
                }
            }
        }

        bits.End();
        return bits.Position;
    }

    private void ReadFrame(int marker, ReadOnlySpan<byte> data, long at)
    {
        if (Frame is not null)
        {
            throw PictureLimits.Several("several frames", at);
        }

        if (marker >= ArithmeticFirst || marker is 0xC3 or 0xC5 or 0xC6 or 0xC7)
        {
            throw FileFaults.NotThis("The JPEG is arithmetically coded, lossless or hierarchical, which is not read.", at, "Export it again as an ordinary JPEG.");
        }

        int height = data.Be16(1), width = data.Be16(3), count = data.Part(5, 1)[0];
        PictureLimits.Check(width, height, at + 1);
        if (data[0] != 8 || count is not (1 or 3 or 4) || data.Length != 6 + (count * 3))
        {
            throw FileFaults.Damaged($"The JPEG has {data[0]} bits and {count} components; 8 bits and 1, 3 or 4 components are read.", at);
        }

        _progressive = marker == Progressive;
        for (var index = 0; index < count; index++)
        {
            var part = data.Slice(6 + (index * 3), 3);
            int id = part[0], wide = part[1] >> 4, high = part[1] & 15;
            if (wide is 0 or > 4 || high is 0 or > 4 || _components.Exists(other => other.Id == id))
            {
                throw FileFaults.Damaged("The frame header of the JPEG is damaged.", at);
            }

            _components.Add(new JpegComponent(id, wide, high));
        }

        int most = _components.Max(component => component.Wide), mostHigh = _components.Max(component => component.High);
        (_unitColumns, _unitRows) = (Up(width, 8 * most), Up(height, 8 * mostHigh));
        foreach (var component in _components)
        {
            component.Columns = _unitColumns * component.Wide;
            component.Own = (Up(Up(width * component.Wide, most), 8), Up(Up(height * component.High, mostHigh), 8));
            component.Set = _progressive ? new ulong[(long)component.Columns * _unitRows * component.High] : [];
        }

        Frame = (width, height);
    }

    private void ReadTables(ReadOnlySpan<byte> data, long at)
    {
        while (!data.IsEmpty)
        {
            var counts = data.Part(1, 16);
            var total = 0;
            foreach (var count in counts)
            {
                total += count;
            }

            var target = (data[0] & 0xF0) == 0 ? _dc : _ac;
            target[data[0] & 3] = total <= 256 ? new JpegHuffman(counts, data.Part(17, total), at) : throw FileFaults.Damaged("A Huffman table of the JPEG is damaged.", at);
            data = data[(17 + total)..];
        }
    }

    private static int Up(int value, int step) => (value + step - 1) / step;
}
