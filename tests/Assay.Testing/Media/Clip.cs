using System.Buffers.Binary;

namespace Assay.Testing.Media;

/// <summary>A clip of one channel composed by seeded code: a melody of notes with overtones and envelopes over another of longer ones and a faint noise, so that no two seeds sound alike.</summary>
/// <param name="Rate">Samples a second.</param>
/// <param name="Samples">16 bits each.</param>
public sealed record Clip(int Rate, short[] Samples)
{
    /// <summary>Composes the clip of a seed.</summary>
    public static Clip Compose(int seed, double seconds = 8, int rate = 16_000)
    {
        var random = new Random(seed);
        var sound = new double[(int)(seconds * rate)];
        for (var voice = 0; voice < 2; voice++)
        {
            for (var at = 0; at < sound.Length;)
            {
                var length = (int)((voice + 1) * rate * (0.08 + (random.NextDouble() * 0.5)));
                double tone = 180 * Math.Pow(2, random.NextDouble() * 3), bright = random.NextDouble(), loud = 0.1 + (random.NextDouble() * 0.25);
                for (var index = 0; index < length && at + index < sound.Length; index++)
                {
                    double time = index / (double)rate, envelope = Math.Min(1, time * 60) * Math.Exp(-time * 3);
                    sound[at + index] += loud * envelope * (Math.Sin(Math.Tau * tone * time) + (bright * Math.Sin(Math.Tau * tone * 2 * time)) + (bright * bright * Math.Sin(Math.Tau * tone * 3 * time)));
                }

                at += random.Next(10) == 0 ? length * 2 : length;
            }
        }

        return new Clip(rate, [.. sound.Select(value => Short(value + ((random.NextDouble() - 0.5) * 0.01)))]);
    }

    /// <summary>The clip louder or softer.</summary>
    public Clip Gain(double decibels) => this with { Samples = [.. Samples.Select(sample => Short(sample / 32768.0 * Math.Pow(10, decibels / 20)))] };

    /// <summary>The clip with white noise of a level in dB of its own.</summary>
    public Clip Noise(double decibels, int seed)
    {
        var random = new Random(seed);
        var level = Math.Sqrt(Samples.Average(sample => sample / 32768.0 * (sample / 32768.0))) * Math.Pow(10, decibels / 20) * Math.Sqrt(3);
        return this with { Samples = [.. Samples.Select(sample => Short((sample / 32768.0) + (((random.NextDouble() * 2) - 1) * level)))] };
    }

    /// <summary>The clip without its beginning (positive) or with silence before it (negative).</summary>
    public Clip Shift(double seconds) => this with
    {
        Samples = seconds >= 0 ? Samples[(int)(seconds * Rate)..] : [.. new short[(int)(-seconds * Rate)], .. Samples],
    };

    /// <summary>The clip at another rate, interpolated between samples.</summary>
    public Clip Resample(int rate)
    {
        var samples = new short[(int)((long)Samples.Length * rate / Rate)];
        for (var at = 0; at < samples.Length; at++)
        {
            var place = (double)at * Rate / rate;
            var from = Math.Min((int)place, Samples.Length - 2);
            samples[at] = (short)Math.Round(Samples[from] + ((place - from) * (Samples[from + 1] - Samples[from])));
        }

        return new Clip(rate, samples);
    }

    /// <summary>The clip with its overtones taken off by a running mean, as a poor encoder does.</summary>
    public Clip Muffle(int width) => this with
    {
        Samples = [.. Samples.Select((_, at) => (short)Samples.AsSpan(at, Math.Min(width, Samples.Length - at)).ToArray().Average(sample => (double)sample))],
    };

    /// <summary>The clip as WAV of 16 bits.</summary>
    public byte[] ToWav() => Wav(Rate, 1, 16, Bytes());

    /// <summary>A WAV of PCM around given bytes.</summary>
    public static byte[] Wav(int rate, int channels, int bits, byte[] data, int tag = 1)
    {
        var file = new byte[44 + data.Length + (data.Length & 1)];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        "WAVEfmt "u8.CopyTo(file.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(20), (short)tag);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), (short)channels);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), rate);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), rate * channels * bits / 8);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(32), (short)(channels * bits / 8));
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(34), (short)bits);
        "data"u8.CopyTo(file.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), data.Length);
        data.CopyTo(file, 44);
        return file;
    }

    private byte[] Bytes()
    {
        var bytes = new byte[Samples.Length * 2];
        for (var at = 0; at < Samples.Length; at++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(at * 2), Samples[at]);
        }

        return bytes;
    }

    private static short Short(double value) => (short)Math.Clamp(Math.Round(value * 32767), -32768, 32767);
}
