namespace Assay.Data.Duplicates;

/// <summary>The energies that sub-prints are made from: 33 bands, logarithmic from 300 to 2,000 Hz, of frames of 2,048 samples every 64.</summary>
internal static class SpectralBands
{
    /// <summary>Samples from one frame to the next.</summary>
    public const int Hop = 64;

    private const int Frame = 2048, Bands = 33;
    private const double Lowest = 300, Highest = 2000;

    /// <summary>Mean energy of a frame below which nothing is heard: −66 dBFS.</summary>
    private const double Heard = 2.5e-7;

    private static readonly double[] Window = [.. Enumerable.Range(0, Frame).Select(at => 0.5 - (0.5 * Math.Cos(Math.Tau * at / Frame)))];
    private static readonly int[] Edges = [.. Enumerable.Range(0, Bands + 1).Select(band =>
        (int)Math.Round(Lowest * Math.Pow(Highest / Lowest, band / (double)Bands) * Frame / AudioPrint.Rate))];

    private static readonly int[] Reversed = [.. Enumerable.Range(0, Frame).Select(at => Reverse(at, 11))];
    private static readonly (double Cos, double Sin)[] Turns = [.. Enumerable.Range(0, Frame / 2).Select(at => (Math.Cos(-Math.Tau * at / Frame), Math.Sin(-Math.Tau * at / Frame)))];

    /// <summary>One sub-print per frame but the first; empty when the clip is shorter than two frames.</summary>
    public static uint[] SubPrints(ReadOnlySpan<float> samples)
    {
        var frames = samples.Length < Frame ? 0 : ((samples.Length - Frame) / Hop) + 1;
        if (frames < 2)
        {
            return [];
        }

        var prints = new uint[frames - 1];
        double[] real = new double[Frame], imaginary = new double[Frame];
        double[] before = new double[Bands], now = new double[Bands], next = new double[Bands];
        for (var frame = 0; frame < frames; frame += 2)
        {
            // One transform serves two frames: the first as its real part, the second as its imaginary one.
            var (heard, nextHeard) = (Load(samples, frame, frames, real), Load(samples, frame + 1, frames, imaginary));
            Transform(real, imaginary);
            Energies(real, imaginary, now, next);
            if (frame > 0)
            {
                prints[frame - 1] = heard ? Bits(now, before) : 0;
            }

            if (frame < frames - 1)
            {
                prints[frame] = nextHeard ? Bits(next, now) : 0;
            }

            (before, next) = (next, before);
        }

        return prints;
    }

    private static bool Load(ReadOnlySpan<float> samples, int frame, int frames, double[] target)
    {
        if (frame >= frames)
        {
            Array.Clear(target);
            return false;
        }

        var energy = 0.0;
        var source = samples.Slice(frame * Hop, Frame);
        for (var at = 0; at < Frame; at++)
        {
            energy += (double)source[at] * source[at];
            target[Reversed[at]] = source[at] * Window[at];
        }

        return energy / Frame > Heard;
    }

    /// <summary>Radix-2 transform in place of input in bit-reversed order.</summary>
    private static void Transform(double[] real, double[] imaginary)
    {
        for (var half = 1; half < Frame; half *= 2)
        {
            var stride = Frame / 2 / half;
            for (var start = 0; start < Frame; start += half * 2)
            {
                for (var k = 0; k < half; k++)
                {
                    var (cos, sin) = Turns[k * stride];
                    int a = start + k, b = a + half;
                    var (r, i) = ((real[b] * cos) - (imaginary[b] * sin), (real[b] * sin) + (imaginary[b] * cos));
                    (real[b], imaginary[b]) = (real[a] - r, imaginary[a] - i);
                    (real[a], imaginary[a]) = (real[a] + r, imaginary[a] + i);
                }
            }
        }
    }

    private static void Energies(double[] real, double[] imaginary, double[] first, double[] second)
    {
        for (var band = 0; band < Bands; band++)
        {
            double one = 0, other = 0;
            for (var bin = Edges[band]; bin < Edges[band + 1]; bin++)
            {
                var mirror = Frame - bin;
                double a = real[bin] + real[mirror], b = imaginary[bin] - imaginary[mirror], c = imaginary[bin] + imaginary[mirror], d = real[bin] - real[mirror];
                one += (a * a) + (b * b);
                other += (c * c) + (d * d);
            }

            (first[band], second[band]) = (one, other);
        }
    }

    private static uint Bits(double[] now, double[] before)
    {
        var bits = 0U;
        for (var band = 0; band < Bands - 1; band++)
        {
            bits = (bits << 1) | (now[band] - now[band + 1] - (before[band] - before[band + 1]) > 0 ? 1U : 0);
        }

        return bits;
    }

    private static int Reverse(int value, int bits)
    {
        var reversed = 0;
        for (var bit = 0; bit < bits; bit++)
        {
            reversed = (reversed << 1) | ((value >> bit) & 1);
        }

        return reversed;
    }
}
