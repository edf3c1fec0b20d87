using System.Numerics;
using System.Security.Cryptography;

namespace Assay.Testing.Media;

/// <summary>A small FLAC encoder for tests, written from RFC 9639 and apart from the decoder it feeds: constant, verbatim, fixed and linear prediction, Rice coding with partitions and escapes, wasted bits, joint stereo.</summary>
public sealed class FlacWriter
{
    private readonly List<byte> _bytes = [];
    private ulong _cache;
    private int _held;

    /// <summary>How a channel of a frame is coded.</summary>
    public enum Coding
    {
        /// <summary>Every sample as it is.</summary>
        Verbatim,

        /// <summary>One value for the whole block.</summary>
        Constant,

        /// <summary>The second difference, Rice-coded in four partitions.</summary>
        Fixed,

        /// <summary>Two coefficients of ours, Rice-coded in one partition, five-bit parameters.</summary>
        Linear,

        /// <summary>The first difference in raw bits (the escape).</summary>
        Escaped,
    }

    /// <summary>Encodes channels of equal length.</summary>
    /// <param name="channels">One array a channel.</param>
    /// <param name="rate">Samples a second.</param>
    /// <param name="bits">Of a sample, 8 to 32.</param>
    /// <param name="coding">How each channel is coded.</param>
    /// <param name="layout">Channels − 1, or 8, 9, 10 for left/side, side/right, mid/side.</param>
    /// <param name="wasted">Zero bits at the low end of every sample that are left out.</param>
    /// <param name="comment">A TITLE.</param>
    public static byte[] Encode(IReadOnlyList<int[]> channels, int rate, int bits, Coding coding = Coding.Fixed, int? layout = null, int wasted = 0, string? comment = null)
    {
        const int Block = 1024;
        var writer = new FlacWriter();
        writer._bytes.AddRange("fLaC"u8);
        writer.Header(channels, rate, bits, Block, comment is null);
        if (comment is not null)
        {
            var line = System.Text.Encoding.UTF8.GetBytes("TITLE=" + comment);
            writer.Put(0x84, 8);
            writer.Put((ulong)(4 + 4 + 4 + line.Length), 24);
            writer.Flush();
            foreach (var number in (int[])[0, 1, line.Length])
            {
                writer._bytes.AddRange(BitConverter.GetBytes(number));
            }

            writer._bytes.AddRange(line);
        }

        for (int start = 0, frame = 0; start < channels[0].Length; start += Block, frame++)
        {
            var length = Math.Min(Block, channels[0].Length - start);
            writer.Frame([.. channels.Select(channel => channel[start..(start + length)])], frame, bits, coding, layout ?? channels.Count - 1, wasted);
        }

        return [.. writer._bytes];
    }

    /// <summary>A clip as FLAC.</summary>
    public static byte[] Encode(Clip clip, Coding coding = Coding.Fixed)
    {
        ArgumentNullException.ThrowIfNull(clip);
        return Encode([[.. clip.Samples.Select(sample => (int)sample)]], clip.Rate, 16, coding);
    }

    /// <summary>Damaged frames with both checksums of each put right, where the frames' borders can still be told; the last frame's end is that of the bytes.</summary>
    /// <param name="frames">Frames as <see cref="Encode(Clip, Coding)"/> writes them, damaged.</param>
    /// <param name="length">Of the undamaged frames; other lengths come back as they are.</param>
    public static byte[] Repaired(byte[] frames, int length)
    {
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.Length != length)
        {
            return frames;
        }

        var repaired = (byte[])frames.Clone();
        int[] starts = [.. Enumerable.Range(0, frames.Length - 8).Where(at => frames[at] == 0xFF && frames[at + 1] == 0xF8 && frames[at + 2] == 0x70), frames.Length];
        for (var index = 0; index + 1 < starts.Length; index++)
        {
            var (start, end) = (starts[index], starts[index + 1]);
            if (end - start < 12)
            {
                continue;
            }

            repaired[start + 7] = (byte)Crc([.. repaired[start..(start + 7)]], 0x07, 8);
            var crc = Crc([.. repaired[start..(end - 2)]], 0x8005, 16);
            (repaired[end - 2], repaired[end - 1]) = ((byte)(crc >> 8), (byte)crc);
        }

        return repaired;
    }

    private void Header(IReadOnlyList<int[]> channels, int rate, int bits, int block, bool last)
    {
        Put(last ? 0x80UL : 0, 8);
        Put(34, 24);
        Put((ulong)block, 16);
        Put((ulong)block, 16);
        Put(0, 24);
        Put(0, 24);
        Put((ulong)rate, 20);
        Put((ulong)channels.Count - 1, 3);
        Put((ulong)bits - 1, 5);
        Put((ulong)channels[0].Length, 36);
        Flush();
        var width = (bits + 7) / 8;
        var raw = new List<byte>();
        for (var at = 0; at < channels[0].Length; at++)
        {
            foreach (var channel in channels)
            {
                for (var index = 0; index < width; index++)
                {
                    raw.Add((byte)(channel[at] >> (8 * index)));
                }
            }
        }

#pragma warning disable CA5351 // the format asks for MD5
        _bytes.AddRange(MD5.HashData([.. raw]));
#pragma warning restore CA5351
    }

    private void Frame(List<int[]> channels, int number, int bits, Coding coding, int layout, int wasted)
    {
        var start = _bytes.Count;
        Put(0x3FFE, 14);
        Put(0, 2);
        Put(7, 4); // length in 16 bits
        Put(0, 4); // the header's rate
        Put((ulong)layout, 4);
        Put(0, 3); // the header's size
        Put(0, 1);
        Number(number);
        Put((ulong)channels[0].Length - 1, 16);
        Flush();
        _bytes.Add((byte)Crc(_bytes[start..], 0x07, 8));
        if (layout >= 8)
        {
            var (left, right) = (channels[0], channels[1]);
            long[] side = [.. left.Zip(right, (a, b) => (long)a - b)];
            Subframe(layout == 9 ? side : layout == 10 ? [.. left.Zip(right, (a, b) => ((long)a + b) >> 1)] : Long(left), bits + (layout == 9 ? 1 : 0), coding, 0);
            Subframe(layout == 9 ? Long(right) : side, bits + (layout == 9 ? 0 : 1), coding, 0);
        }
        else
        {
            channels.ForEach(channel => Subframe(Long(channel), bits, coding, wasted));
        }

        Flush();
        var crc = Crc(_bytes[start..], 0x8005, 16);
        _bytes.Add((byte)(crc >> 8));
        _bytes.Add((byte)crc);
    }

    private void Subframe(long[] samples, int bits, Coding coding, int wasted)
    {
        samples = [.. samples.Select(sample => sample >> wasted)];
        bits -= wasted;
        coding = samples.Length < 8 ? Coding.Verbatim : coding;
        Put(0, 1);
        Put(coding switch { Coding.Constant => 0UL, Coding.Verbatim => 1, Coding.Fixed => 10, Coding.Escaped => 9, _ => 33 }, 6);
        Put(wasted > 0 ? 1UL : 0, 1);
        if (wasted > 0)
        {
            Put(1, wasted);
        }

        switch (coding)
        {
            case Coding.Constant:
                Signed(samples[0], bits);
                break;
            case Coding.Verbatim:
                Array.ForEach(samples, sample => Signed(sample, bits));
                break;
            case Coding.Fixed:
                Signed(samples[0], bits);
                Signed(samples[1], bits);
                Rest([.. samples.Skip(2).Select((sample, at) => sample - (2 * samples[at + 1]) + samples[at])], samples.Length, 2);
                break;
            case Coding.Escaped:
                Signed(samples[0], bits);
                long[] steps = [.. samples.Skip(1).Select((sample, at) => sample - samples[at])];
                var width = Math.Min(31, bits + 1);
                Put(0, 2);
                Put(0, 4);
                Put(15, 4);
                Put((ulong)width, 5);
                Array.ForEach(steps, step => Signed(step, width));
                break;
            default:
                Signed(samples[0], bits);
                Signed(samples[1], bits);
                Put(7, 4); // eight bits a coefficient
                Put(5, 5); // shift
                Signed(60, 8);
                Signed(-29, 8);
                Rest([.. samples.Skip(2).Select((sample, at) => sample - (((60 * samples[at + 1]) - (29 * samples[at])) >> 5))], samples.Length, 2, wide: true);
                break;
        }
    }

    private void Rest(long[] residuals, int length, int order, bool wide = false)
    {
        var partitions = length % 4 == 0 && length / 4 >= order ? 2 : 0;
        Put(wide ? 1UL : 0, 2);
        Put((ulong)partitions, 4);
        var at = 0;
        for (var partition = 0; partition < 1 << partitions; partition++)
        {
            var part = residuals.AsSpan(at, (length >> partitions) - (partition == 0 ? order : 0)).ToArray();
            at += part.Length;
            var mean = part.Length == 0 ? 0 : part.Average(value => Math.Abs((double)value));
            var parameter = Math.Clamp((int)Math.Log2(mean + 1), 0, wide ? 30 : 14);
            Put((ulong)parameter, wide ? 5 : 4);
            foreach (var value in part)
            {
                var folded = (ulong)((value << 1) ^ (value >> 63));
                for (var zeros = folded >> parameter; zeros > 0; zeros--)
                {
                    Put(0, 1);
                }

                Put(1, 1);
                Put(folded & ((1UL << parameter) - 1), parameter);
            }
        }
    }

    private void Number(int number)
    {
        foreach (var value in number < 0x80 ? [(byte)number] : System.Text.Encoding.UTF8.GetBytes(char.ConvertFromUtf32(number)))
        {
            Put(value, 8);
        }
    }

    private void Signed(long value, int bits) => Put((ulong)value & (bits == 64 ? ulong.MaxValue : (1UL << bits) - 1), bits);

    private void Put(ulong value, int bits)
    {
        for (var bit = bits - 1; bit >= 0; bit--)
        {
            _cache = (_cache << 1) | ((value >> bit) & 1);
            if (++_held == 8)
            {
                _bytes.Add((byte)_cache);
                (_cache, _held) = (0, 0);
            }
        }
    }

    private void Flush()
    {
        while (_held > 0)
        {
            Put(0, 1);
        }
    }

    private static long[] Long(int[] samples) => [.. samples.Select(sample => (long)sample)];

    private static uint Crc(List<byte> bytes, uint polynomial, int width)
    {
        var crc = 0U;
        foreach (var value in bytes)
        {
            crc ^= (uint)value << (width - 8);
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> (width - 1) & 1) != 0 ? (crc << 1) ^ polynomial : crc << 1;
            }
        }

        return crc & (uint)(BitOperations.RotateLeft(1U, width) - 1);
    }
}
