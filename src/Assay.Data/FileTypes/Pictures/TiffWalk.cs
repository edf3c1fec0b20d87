namespace Assay.Data.FileTypes.Pictures;

/// <summary>Walks the directories of a TIFF (TIFF 6.0 §2): one picture within limits, no circle, every strip, tile and value inside the file, nothing behind the last.</summary>
internal static class TiffWalk
{
    private const int EntryLength = 12, MaximumEntries = 1_000, MaximumDirectories = 16;
    private const ushort ReducedCopy = 1;

    private static readonly int[] Sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

    /// <exception cref="InvalidFileException">The file is no whole TIFF of one picture, or larger than pictures may be.</exception>
    public static PictureHeader Read(ReadOnlySpan<byte> content, CancellationToken cancel)
    {
        var little = content.StartsWith("II*\0"u8);
        if (!little && !content.StartsWith("MM\0*"u8))
        {
            throw content.StartsWith("II+\0"u8) || content.StartsWith("MM\0+"u8)
                ? FileFaults.NotThis("The file is a BigTIFF, which is not read.", 0, "Save it as an ordinary TIFF or as PNG and send that.")
                : FileFaults.NotThis("The file does not begin as a TIFF.", 0);
        }

        var walk = new Walk(content, little);
        var seen = new HashSet<long>();
        var pages = 0;
        (long Width, long Height)? size = null;
        for (long at = walk.Word(4); at != 0;)
        {
            cancel.ThrowIfCancellationRequested();
            if (!seen.Add(at) || seen.Count > MaximumDirectories)
            {
                throw FileFaults.Damaged(seen.Count > MaximumDirectories ? $"The TIFF has more than {MaximumDirectories} directories." : "The TIFF's directories go round in a circle.", at);
            }

            var directory = walk.Directory(at);
            if (!directory.IsReduced)
            {
                size ??= (directory.Width, directory.Height);
                if (++pages > 1)
                {
                    throw PictureLimits.Several("several pages", at);
                }
            }

            at = directory.Next;
        }

        var (width, height) = size ?? throw FileFaults.Damaged("The TIFF holds no picture.", 4);
        PictureLimits.Check(width, height, 4);
        return walk.End + 1 < content.Length
            ? throw FileFaults.Trailing(content, walk.End, "the picture")
            : new PictureHeader((int)width, (int)height, ExifBlock.Read(content));
    }

    private readonly record struct Directory(long Width, long Height, bool IsReduced, long Next);

    private ref struct Walk(ReadOnlySpan<byte> content, bool little)
    {
        private readonly ReadOnlySpan<byte> _content = content;

        /// <summary>Byte behind the last that anything points to.</summary>
        public long End { get; private set; } = 8;

        public readonly long Word(long at) => little ? _content.Le32(at) : _content.Be32(at);

        public Directory Directory(long at)
        {
            int count = Short(at);
            if (count is 0 or > MaximumEntries)
            {
                throw FileFaults.Damaged($"The TIFF directory at offset {at} lists {count} values.", at);
            }

            Reach(at, 2 + ((long)count * EntryLength) + 4, "a directory");
            long width = 0, height = 0;
            var reduced = false;
            long[] offsets = [], lengths = [];
            for (var index = 0; index < count; index++)
            {
                var entry = at + 2 + (index * EntryLength);
                var values = Place(entry);
                switch (Short(entry))
                {
                    case 0x00FE:
                        reduced = (Value(entry, values, 0) & ReducedCopy) != 0;
                        break;
                    case 0x0100:
                        width = Value(entry, values, 0);
                        break;
                    case 0x0101:
                        height = Value(entry, values, 0);
                        break;
                    case 0x0111 or 0x0144:
                        offsets = Values(entry, values);
                        break;
                    case 0x0117 or 0x0145:
                        lengths = Values(entry, values);
                        break;
                    case 0x8769 or 0x8825 or 0xA005:
                        SubDirectory(Value(entry, values, 0));
                        break;
                }
            }

            CheckData(offsets, lengths, at);
            return new Directory(width, height, reduced, Word(at + 2 + ((long)count * EntryLength)));
        }

        /// <summary>An EXIF or position directory: its values must lie in the file, too, and they count towards its end.</summary>
        private void SubDirectory(long at)
        {
            int count = Short(at);
            if (count > MaximumEntries)
            {
                throw FileFaults.Damaged($"The TIFF directory at offset {at} lists {count} values.", at);
            }

            Reach(at, 2 + ((long)count * EntryLength) + 4, "a directory");
            for (var index = 0; index < count; index++)
            {
                var entry = at + 2 + (index * EntryLength);
                Place(entry);
                if (Short(entry) == 0xA005 && Word(entry + 8) is var other && other != at)
                {
                    int more = Short(other);
                    Reach(other, 2 + ((long)Math.Min(more, MaximumEntries) * EntryLength) + 4, "a directory");
                }
            }
        }

        private void CheckData(long[] offsets, long[] lengths, long at)
        {
            if (offsets.Length == 0 || offsets.Length != lengths.Length)
            {
                throw FileFaults.Damaged($"The TIFF directory at offset {at} names {offsets.Length} places and {lengths.Length} lengths of pixels.", at);
            }

            for (var index = 0; index < offsets.Length; index++)
            {
                if (offsets[index] < 8)
                {
                    throw FileFaults.Damaged($"Pixels of the TIFF are said to lie at offset {offsets[index]}.", at);
                }

                Reach(offsets[index], lengths[index], $"strip or tile {index + 1}");
            }
        }

        /// <summary>Where an entry's values stand: in the entry itself or where it points.</summary>
        private long Place(long entry)
        {
            int type = Short(entry + 2);
            var length = Word(entry + 4) * (type < Sizes.Length ? Sizes[type] : 1);
            if (length <= 4)
            {
                return entry + 8;
            }

            var place = Word(entry + 8);
            Reach(place, length, $"the value {Short(entry):X4}");
            return place;
        }

        private readonly long Value(long entry, long values, int index) => Short(entry + 2) switch
        {
            1 => _content.Part(values + index, 1)[0],
            3 => Short(values + (2L * index)),
            _ => Word(values + (4L * index)),
        };

        private readonly long[] Values(long entry, long values)
        {
            var count = Word(entry + 4);
            if (count > _content.Length)
            {
                throw FileFaults.Damaged($"The TIFF lists {count} strips or tiles.", entry);
            }

            var all = new long[count];
            for (var index = 0; index < all.Length; index++)
            {
                all[index] = Value(entry, values, index);
            }

            return all;
        }

        private readonly int Short(long at) => little ? _content.Le16(at) : _content.Be16(at);

        private void Reach(long start, long length, string what)
        {
            if (start + length > _content.Length)
            {
                throw FileFaults.CutOff($"{what} ends at offset {start + length}", _content.Length);
            }

            End = Math.Max(End, start + length);
        }
    }
}
