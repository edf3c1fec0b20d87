using System.Buffers.Binary;
using System.Text;

namespace Assay.Data.FileTypes.Sounds;

/// <summary>Reads a WAV chunk by chunk (Microsoft and IBM, Multimedia Programming Interface 1.0, 1991; WAVEFORMATEXTENSIBLE): PCM of 8, 16, 24 and 32 bits, and floating point of 32 and 64.</summary>
internal static class WavReader
{
    private const int Pcm = 1, Float = 3, Extensible = 0xFFFE, Frames = 1024;

    private sealed record Format(int Rate, int Channels, int Bits, bool IsFloat)
    {
        public int Frame => Channels * Bits / 8;
    }

    /// <exception cref="InvalidFileException">The file is no whole WAV, or longer than clips may be.</exception>
    public static SoundContent Read(ReadOnlySpan<byte> content, CancellationToken cancel)
    {
        if (!content.StartsWith("RIFF"u8) || content.Length < 12 || content.Mark(8) != "WAVE")
        {
            throw FileFaults.NotThis("The file does not begin as a WAV.", 0);
        }

        var end = 8L + content.Le32(4);
        if (end > content.Length)
        {
            throw FileFaults.CutOff($"its header says {end} bytes", content.Length);
        }

        if (end < content.Length)
        {
            throw FileFaults.Trailing(content, end, "the clip");
        }

        Format? format = null;
        SoundMeter? meter = null;
        var words = new List<string>();
        long? announced = null;
        for (long at = 12; at < end;)
        {
            cancel.ThrowIfCancellationRequested();
            var type = content.Mark(at);
            long length = content.Le32(at + 4);
            if (at + 8 + length > end)
            {
                throw FileFaults.CutOff($"its chunk '{type}' at offset {at} needs {length + 8} bytes", content.Length);
            }

            var data = content.Part(at + 8, length);
            switch (type)
            {
                case "fmt " when format is null:
                    format = ReadFormat(data, at + 8);
                    break;
                case "fact" when length >= 4:
                    announced = data.Le32(0);
                    break;
                case "data" when format is not null && meter is null:
                    meter = new SoundMeter(format.Rate, format.Channels, format.Bits);
                    ReadSamples(data, format, meter, at + 8, cancel);
                    break;
                case "fmt " or "data":
                    throw FileFaults.Damaged($"The chunk '{type}' stands twice or before the format.", at);
                case "LIST":
                    AddWords(data, words);
                    break;
            }

            at += 8 + length + (length & 1);
        }

        if (format is null || meter is null)
        {
            throw FileFaults.Damaged("The WAV holds no samples.", end);
        }

        CheckLength(announced, meter.Samples, format.Rate);
        return meter.Finish("wav/1", string.Join('\n', words));
    }

    /// <summary>What the file says of its length and what it has may differ by half a second.</summary>
    public static void CheckLength(long? announced, long found, int rate)
    {
        if (announced is { } said && said > 0 && Math.Abs(said - found) * 2 > rate)
        {
            throw FileFaults.Damaged($"The file announces {said} samples and holds {found}: they differ by more than half a second.", 0);
        }
    }

    private static Format ReadFormat(ReadOnlySpan<byte> data, long at)
    {
        int tag = data.Le16(0), channels = data.Le16(2), bits = data.Le16(14);
        long rate = data.Le32(4);
        tag = tag == Extensible ? data.Le16(24) : tag;
        if (tag is not (Pcm or Float))
        {
            throw FileFaults.NotThis($"The WAV is packed as format {tag}; read are PCM (1) and floating point (3).", at, "Save it as 16-bit PCM.");
        }

        SoundLimits.Check(rate, channels, 0, at);
        var known = tag == Pcm ? bits is 8 or 16 or 24 or 32 : bits is 32 or 64;
        if (!known || data.Le16(12) != channels * bits / 8)
        {
            throw FileFaults.Damaged($"The header gives {bits} bits a sample and {data.Le16(12)} bytes for {channels} of them.", at);
        }

        return new Format((int)rate, channels, bits, tag == Float);
    }

    private static void ReadSamples(ReadOnlySpan<byte> data, Format format, SoundMeter meter, long at, CancellationToken cancel)
    {
        if (data.Length % format.Frame != 0)
        {
            throw FileFaults.Damaged($"The samples end in the middle of one: {data.Length} bytes are no multiple of {format.Frame}.", at + data.Length);
        }

        SoundLimits.Check(format.Rate, format.Channels, data.Length / format.Frame, at);
        var size = format.Bits / 8;
        var samples = new int[Frames * format.Channels];
        while (!data.IsEmpty)
        {
            cancel.ThrowIfCancellationRequested();
            var count = Math.Min(samples.Length, data.Length / size);
            for (var index = 0; index < count; index++)
            {
                samples[index] = format.IsFloat ? Real(data[(index * size)..], size, at) : Whole(data[(index * size)..], size);
            }

            meter.Add(samples.AsSpan(0, count));
            data = data[(count * size)..];
        }
    }

    private static int Whole(ReadOnlySpan<byte> at, int size) => size switch
    {
        1 => (at[0] - 128) << 24,
        2 => (at[0] << 16) | (at[1] << 24),
        3 => (at[0] << 8) | (at[1] << 16) | (at[2] << 24),
        _ => at[0] | (at[1] << 8) | (at[2] << 16) | (at[3] << 24),
    };

    private static int Real(ReadOnlySpan<byte> at, int size, long offset)
    {
        var value = size == 4 ? BinaryPrimitives.ReadSingleLittleEndian(at) : BinaryPrimitives.ReadDoubleLittleEndian(at);
        return double.IsFinite(value)
            ? (int)Math.Clamp(Math.Round(value * 2147483648.0), -2147483647, 2147483647)
            : throw FileFaults.Damaged("A sample of the WAV is not a number.", offset);
    }

    /// <summary>Title, subject and comment of an INFO list.</summary>
    private static void AddWords(ReadOnlySpan<byte> list, List<string> words)
    {
        if (!list.StartsWith("INFO"u8))
        {
            return;
        }

        for (var at = 4L; at + 8 <= list.Length;)
        {
            long length = list.Le32(at + 4);
            if (at + 8 + length > list.Length)
            {
                return;
            }

            if (list.Mark(at) is "INAM" or "ISBJ" or "ICMT" && DisplayName.Line(Encoding.UTF8.GetString(list.Part(at + 8, length))).Trim() is { Length: > 0 } line)
            {
                words.Add(line);
            }

            at += 8 + length + (length & 1);
        }
    }
}
