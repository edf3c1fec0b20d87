using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Data.FileTypes.Sounds;

/// <summary>Decodes a FLAC in full (RFC 9639): every frame's two checksums, the order of frames, the length and the MD5 that the header states.</summary>
internal static class FlacReader
{
    private const int StreamInfo = 0, VorbisComment = 4, Reserved = 127;
    private const int SyncCode = 0x3FFE;

    private sealed record Info(int MinimumBlock, int MaximumBlock, int Rate, int Channels, int Bits, long Samples, byte[] Md5);

    /// <exception cref="InvalidFileException">The file is no whole FLAC, or longer than clips may be.</exception>
    public static SoundContent Read(ReadOnlySpan<byte> content, CancellationToken cancel)
    {
        if (!content.StartsWith("fLaC"u8))
        {
            throw FileFaults.NotThis("The file does not begin as a FLAC.", 0);
        }

        var at = ReadMetadata(content, out var info, out var words);
        var meter = new SoundMeter(info.Rate, info.Channels, info.Bits);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var channels = new long[info.Channels][];
        for (var channel = 0; channel < channels.Length; channel++)
        {
            channels[channel] = new long[65_536];
        }

        for (var frame = 0L; at < content.Length; frame++)
        {
            cancel.ThrowIfCancellationRequested();
            var complete = info.Samples > 0 && meter.Samples >= info.Samples;
            if (at + 2 > content.Length || content.Be16(at) >> 2 != SyncCode)
            {
                throw complete ? FileFaults.Trailing(content, at, "the clip") : FileFaults.Damaged($"Frame {frame + 1} should begin at offset {at}.", at);
            }

            var length = ReadFrame(content, ref at, info, frame, meter.Samples, channels);
            SoundLimits.Check(info.Rate, info.Channels, meter.Samples + length, at);
            Keep(channels, length, info, meter, md5);
        }

        if (info.Samples > 0 && meter.Samples != info.Samples)
        {
            throw FileFaults.CutOff($"its header announces {info.Samples} samples and {meter.Samples} are there", content.Length);
        }

        var hash = md5.GetHashAndReset();
        return info.Md5.AsSpan().ContainsAnyExcept((byte)0) && !hash.AsSpan().SequenceEqual(info.Md5)
            ? throw FileFaults.Damaged("The samples do not have the MD5 that the header states: they were changed.", 26)
            : meter.Finish("flac/1", words);
    }

    private static int ReadMetadata(ReadOnlySpan<byte> content, out Info info, out string words)
    {
        Info? found = null;
        words = "";
        long at = 4;
        bool last;
        do
        {
            var head = content.Be32(at);
            last = head >> 31 != 0;
            int type = (int)(head >> 24) & 0x7F, length = (int)head & 0xFFFFFF;
            var data = content.Part(at + 4, length);
            if (found is null != (type == StreamInfo) || type == Reserved)
            {
                throw FileFaults.Damaged("The FLAC does not begin with its one header.", at);
            }

            found ??= ReadInfo(data, at + 4);
            words = type == VorbisComment ? CommentWords(data) : words;
            at += 4 + length;
        }
        while (!last);

        info = found;
        return (int)at;
    }

    private static Info ReadInfo(ReadOnlySpan<byte> data, long at)
    {
        if (data.Length != 34)
        {
            throw FileFaults.Damaged($"The FLAC's header has {data.Length} bytes and not 34.", at);
        }

        var packed = BinaryPrimitives.ReadUInt64BigEndian(data[10..]);
        var info = new Info(data.Be16(0), data.Be16(2), (int)(packed >> 44), (int)((packed >> 41) & 7) + 1, (int)((packed >> 36) & 31) + 1, (long)(packed & 0xFFFFFFFFF), data[18..].ToArray());
        SoundLimits.Check(info.Rate, info.Channels, info.Samples, at + 10);
        return info.Bits < 4 || info.MinimumBlock < 16 || info.MaximumBlock < info.MinimumBlock
            ? throw FileFaults.Damaged("The FLAC's header contradicts itself.", at)
            : info;
    }

    private static int ReadFrame(ReadOnlySpan<byte> content, ref int at, Info info, long frame, long samplesBefore, long[][] channels)
    {
        var start = at;
        var bits = new FlacBits(content, at);
        bits.Read(14);
        var reserved = bits.Read(1);
        var variable = bits.Read(1) == 1;
        uint blockCode = bits.Read(4), rateCode = bits.Read(4), layout = bits.Read(4), sizeCode = bits.Read(3);
        reserved |= bits.Read(1);
        var number = ReadNumber(ref bits);
        var block = blockCode switch
        {
            1 => 192,
            <= 5 and >= 2 => 576 << (int)(blockCode - 2),
            6 => (int)bits.Read(8) + 1,
            7 => (int)bits.Read(16) + 1,
            >= 8 => 256 << (int)(blockCode - 8),
            _ => 0,
        };
        var rate = ReadRate(rateCode, ref bits, info.Rate);
        var size = sizeCode switch { 0 => info.Bits, 1 => 8, 2 => 12, 4 => 16, 5 => 20, 6 => 24, 7 => 32, _ => 0 };
        var end = bits.Position;
        if (bits.Read(8) != FlacChecksum.Crc8(content[start..end]))
        {
            throw FileFaults.Damaged($"The checksum of the header of frame {frame + 1} is wrong.", start);
        }

        var count = layout < 8 ? (int)layout + 1 : 2;
        if (reserved != 0 || block == 0 || layout > 10 || rate != info.Rate || size != info.Bits || count != info.Channels || number != (variable ? samplesBefore : frame))
        {
            throw FileFaults.Damaged($"The header of frame {frame + 1} contradicts the clip's or is out of order.", start);
        }

        for (var channel = 0; channel < count; channel++)
        {
            // The difference of two channels needs one bit more than each.
            var side = layout switch { 8 or 10 => channel == 1, 9 => channel == 0, _ => false };
            FlacSubframe.Read(ref bits, channels[channel].AsSpan(0, block), size + (side ? 1 : 0));
        }

        bits.Align();
        end = bits.Position;
        if (bits.Read(16) != FlacChecksum.Crc16(content[start..end]))
        {
            throw FileFaults.Damaged($"The checksum of frame {frame + 1} is wrong: its bytes were changed.", start);
        }

        Join(layout, channels, block);
        at = end + 2;
        return block;
    }

    /// <summary>The frame's or first sample's number in the form of UTF-8, up to 36 bits.</summary>
    private static long ReadNumber(ref FlacBits bits)
    {
        var first = bits.Read(8);
        var more = System.Numerics.BitOperations.LeadingZeroCount(~(first << 24));
        if (more is 1 or 8)
        {
            throw FileFaults.Damaged("The number of a frame is damaged.", bits.Position);
        }

        long value = more == 0 ? first : first & (0x7F >> more);
        for (var index = 1; index < more; index++)
        {
            var next = bits.Read(8);
            value = (next & 0xC0) == 0x80 ? (value << 6) | (next & 0x3F) : throw FileFaults.Damaged("The number of a frame is damaged.", bits.Position);
        }

        return value;
    }

    private static int ReadRate(uint code, ref FlacBits bits, int header) => code switch
    {
        0 => header,
        1 => 88_200,
        2 => 176_400,
        3 => 192_000,
        4 => 8_000,
        5 => 16_000,
        6 => 22_050,
        7 => 24_000,
        8 => 32_000,
        9 => 44_100,
        10 => 48_000,
        11 => 96_000,
        12 => (int)bits.Read(8) * 1000,
        13 => (int)bits.Read(16),
        14 => (int)bits.Read(16) * 10,
        _ => 0,
    };

    private static void Join(uint layout, long[][] channels, int length)
    {
        if (layout < 8)
        {
            return;
        }

        var (first, second) = (channels[0], channels[1]);
        for (var at = 0; at < length; at++)
        {
            (first[at], second[at]) = layout switch
            {
                8 => (first[at], first[at] - second[at]),
                9 => (first[at] + second[at], second[at]),
                _ => (((first[at] << 1) | (second[at] & 1)) + second[at] >> 1, ((first[at] << 1) | (second[at] & 1)) - second[at] >> 1),
            };
        }
    }

    private static void Keep(long[][] channels, int length, Info info, SoundMeter meter, IncrementalHash md5)
    {
        var samples = new int[length * info.Channels];
        var width = (info.Bits + 7) / 8;
        var raw = new byte[samples.Length * width];
        var highest = (1L << (info.Bits - 1)) - 1;
        for (var at = 0; at < samples.Length; at++)
        {
            var value = channels[at % info.Channels][at / info.Channels];
            if (value > highest || value < -highest - 1)
            {
                throw FileFaults.Damaged($"A sample decodes to {value}, which {info.Bits} bits do not hold.", 0);
            }

            samples[at] = (int)(value << (32 - info.Bits));
            for (var index = 0; index < width; index++)
            {
                raw[(at * width) + index] = (byte)(value >> (8 * index));
            }
        }

        md5.AppendData(raw);
        meter.Add(samples);
    }

    /// <summary>TITLE, DESCRIPTION and COMMENT of a Vorbis comment.</summary>
    private static string CommentWords(ReadOnlySpan<byte> data)
    {
        var words = new List<string>();
        var vendor = data.Length < 8 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(data);
        for (var at = 8L + vendor; at + 4 <= data.Length;)
        {
            long length = data.Le32(at);
            if (at + 4 + length > data.Length)
            {
                break;
            }

            var line = Encoding.UTF8.GetString(data.Part(at + 4, length));
            var split = line.IndexOf('=', StringComparison.Ordinal);
            if (split > 0 && line[..split].ToUpperInvariant() is "TITLE" or "DESCRIPTION" or "COMMENT")
            {
                words.Add(DisplayName.Line(line[(split + 1)..]));
            }

            at += 4 + length;
        }

        return string.Join('\n', words);
    }
}
