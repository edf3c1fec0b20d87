using System.Buffers.Binary;
using System.Text;

namespace Assay.Data.FileTypes.Pictures;

/// <summary>Reads orientation, description and the presence of a position from an EXIF block (EXIF 2.32 §4.6). A damaged block says nothing and harms nothing.</summary>
internal static class ExifBlock
{
    private const int Entry = 12, MaximumEntries = 500;
    private const ushort Description = 0x010E, Orientation = 0x0112, Gps = 0x8825, Latitude = 2, Longitude = 4;

    /// <summary>The tags of a block that begins with the byte order mark; <see cref="PictureTags.None"/> when it cannot be read.</summary>
    public static PictureTags Read(ReadOnlySpan<byte> block)
    {
        if (block.Length < 8 || !(block.StartsWith("II*\0"u8) || block.StartsWith("MM\0*"u8)))
        {
            return PictureTags.None;
        }

        var little = block[0] == 'I';
        var tags = PictureTags.None;
        foreach (var at in Entries(block, Word(block, 4, little), little))
        {
            switch (Short(block, at, little))
            {
                case Orientation when Short(block, at + 8, little) is >= 1 and <= 8 and var turned:
                    tags = tags with { Orientation = turned };
                    break;
                case Description:
                    tags = tags.AddWords(Text(block, at, little));
                    break;
                case Gps:
                    tags = tags with { HasLocation = HasPosition(block, Word(block, at + 8, little), little) };
                    break;
            }
        }

        return tags;
    }

    private static bool HasPosition(ReadOnlySpan<byte> block, uint directory, bool little)
    {
        foreach (var at in Entries(block, directory, little))
        {
            if (Short(block, at, little) is Latitude or Longitude)
            {
                return true;
            }
        }

        return false;
    }

    private static List<int> Entries(ReadOnlySpan<byte> block, uint directory, bool little)
    {
        var places = new List<int>();
        if (directory < 8 || directory > block.Length - 2)
        {
            return places;
        }

        var count = Math.Min((int)Short(block, (int)directory, little), MaximumEntries);
        for (var index = 0; index < count; index++)
        {
            var at = (int)directory + 2 + (index * Entry);
            if (at + Entry > block.Length)
            {
                break;
            }

            places.Add(at);
        }

        return places;
    }

    private static string Text(ReadOnlySpan<byte> block, int at, bool little)
    {
        var length = Word(block, at + 4, little);
        var start = length <= 4 ? (uint)at + 8 : Word(block, at + 8, little);
        return length > 4096 || start + length > block.Length ? "" : DisplayName.Line(Encoding.UTF8.GetString(block.Slice((int)start, (int)length)));
    }

    private static ushort Short(ReadOnlySpan<byte> block, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(block[at..]) : BinaryPrimitives.ReadUInt16BigEndian(block[at..]);

    private static uint Word(ReadOnlySpan<byte> block, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(block[at..]) : BinaryPrimitives.ReadUInt32BigEndian(block[at..]);
}
