using System.Buffers.Binary;

namespace Assay.Data.FileTypes.Sounds;

/// <summary>The header of one MPEG layer III frame.</summary>
/// <param name="Length">Bytes of the whole frame.</param>
/// <param name="Rate">Samples a second.</param>
/// <param name="Channels">1 or 2.</param>
/// <param name="Samples">Of each channel in the frame: 1,152 (MPEG 1) or 576.</param>
internal readonly record struct Mp3Frame(int Length, int Rate, int Channels, int Samples)
{
    private const int Head = 4, Mpeg1 = 3, Mpeg2 = 2, Reserved = 1, Layer3 = 1;

    private static readonly int[] Rates1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    private static readonly int[] Rates2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    private static readonly int[] SampleRates = [44_100, 48_000, 32_000];

    /// <summary>The frame whose header stands at an offset; null when none does. Frames of free bit rate are not read.</summary>
    public static Mp3Frame? At(ReadOnlySpan<byte> content, int at)
    {
        if (at + Head > content.Length)
        {
            return null;
        }

        var header = BinaryPrimitives.ReadUInt32BigEndian(content[at..]);
        int version = (int)(header >> 19) & 3, layer = (int)(header >> 17) & 3, bitrate = (int)(header >> 12) & 15, rate = (int)(header >> 10) & 3;
        if (header >> 21 != 0x7FF || version == Reserved || layer != Layer3 || bitrate is 0 or 15 || rate == 3 || (header & 3) == 2)
        {
            return null;
        }

        var first = version == Mpeg1;
        var hertz = SampleRates[rate] >> (first ? 0 : version == Mpeg2 ? 1 : 2);
        var length = ((first ? 144_000 : 72_000) * (first ? Rates1 : Rates2)[bitrate] / hertz) + (int)((header >> 9) & 1);
        return new Mp3Frame(length, hertz, ((header >> 6) & 3) == 3 ? 1 : 2, first ? 1152 : 576);
    }

    /// <summary>How many frames follow, where the first frame only says so (Xing, Info or VBRI); -1 where it is such a frame and does not say; null where it is sound.</summary>
    public static long? Announced(ReadOnlySpan<byte> bytes, Mp3Frame frame)
    {
        var side = (frame.Samples == 1152, frame.Channels) switch { (true, 2) => 32, (true, _) => 17, (false, 2) => 17, _ => 9 };
        var xing = Head + side;
        if (bytes.Length >= xing + 12 && (bytes[xing..].StartsWith("Xing"u8) || bytes[xing..].StartsWith("Info"u8)))
        {
            return (bytes[xing + 7] & 1) != 0 ? BinaryPrimitives.ReadUInt32BigEndian(bytes[(xing + 8)..]) : -1;
        }

        const int Vbri = Head + 32;
        return bytes.Length >= Vbri + 18 && bytes[Vbri..].StartsWith("VBRI"u8) ? BinaryPrimitives.ReadUInt32BigEndian(bytes[(Vbri + 14)..]) : null;
    }
}
