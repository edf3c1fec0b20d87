using System.Buffers.Binary;

namespace Assay.Testing.Media;

/// <summary>Writes MP3 files whose frames have right headers and made-up content: the walker under test never decodes them.</summary>
public static class Mp3Writer
{
    /// <summary>Frames of 128 kbit/s, 44,100 Hz, stereo (MPEG 1), filled from a seed.</summary>
    /// <param name="announced">Number of frames that a leading Xing frame states; null for no such frame.</param>
    public static byte[] Frames(int count, int seed = 1, int? announced = null)
    {
        var random = new Random(seed);
        using var file = new MemoryStream();
        if (announced is { } number)
        {
            var xing = Frame(false);
            "Xing"u8.CopyTo(xing.AsSpan(36));
            xing[43] = 1;
            BinaryPrimitives.WriteInt32BigEndian(xing.AsSpan(44), number);
            file.Write(xing);
        }

        for (var frame = 0; frame < count; frame++)
        {
            var bytes = Frame(frame % 2 == 1);
            random.NextBytes(bytes.AsSpan(36));
            file.Write(bytes);
        }

        return file.ToArray();
    }

    /// <summary>An ID3v2.3 tag with a title, of a stated length that need not be its own.</summary>
    public static byte[] Id3(string title, int? stated = null)
    {
        byte[] text = [0, .. System.Text.Encoding.Latin1.GetBytes(title)];
        byte[] frame = [.. "TIT2"u8, 0, 0, 0, (byte)text.Length, 0, 0, .. text];
        var length = stated ?? frame.Length;
        return [.. "ID3"u8, 3, 0, 0, (byte)((length >> 21) & 0x7F), (byte)((length >> 14) & 0x7F), (byte)((length >> 7) & 0x7F), (byte)(length & 0x7F), .. frame];
    }

    /// <summary>An ID3v1 tag.</summary>
    public static byte[] Id3v1() => [.. "TAG"u8, .. new byte[125]];

    /// <summary>An APE tag with one item.</summary>
    public static byte[] Ape()
    {
        byte[] item = [1, 0, 0, 0, 0, 0, 0, 0, .. "Key\0v"u8];
        byte[] head = [.. "APETAGEX"u8, 0xD0, 7, 0, 0, (byte)(item.Length + 32), 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xA0, .. new byte[8]];
        return [.. head, .. item, .. head];
    }

    private static byte[] Frame(bool padded)
    {
        var frame = new byte[417 + (padded ? 1 : 0)];
        (frame[0], frame[1], frame[2], frame[3]) = (0xFF, 0xFB, (byte)(0x90 | (padded ? 2 : 0)), 0);
        return frame;
    }
}
