namespace Assay.Data.FileTypes.Sounds;

/// <summary>One channel of one FLAC frame (RFC 9639 §9.2): constant, verbatim, fixed or linear prediction with a Rice-coded rest.</summary>
internal static class FlacSubframe
{
    private static readonly long[][] Fixed = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

    /// <param name="bits">Stands at the subframe; stands behind it afterwards.</param>
    /// <param name="samples">Filled with the channel's samples.</param>
    /// <param name="size">Bits of a sample, 4 to 33.</param>
    /// <exception cref="InvalidFileException">The subframe is damaged.</exception>
    public static void Read(ref FlacBits bits, Span<long> samples, int size)
    {
        var reserved = bits.Read(1);
        var type = (int)bits.Read(6);
        var wasted = bits.Read(1) == 0 ? 0 : bits.Unary() + 1;
        size -= wasted;
        if (reserved != 0 || size < 1)
        {
            throw Damaged(bits);
        }

        switch (type)
        {
            case 0:
                samples.Fill(bits.ReadSigned(size));
                break;
            case 1:
                for (var at = 0; at < samples.Length; at++)
                {
                    samples[at] = bits.ReadSigned(size);
                }

                break;
            case >= 8 and <= 12 when type - 8 <= samples.Length:
                ReadWarmUp(ref bits, samples, type - 8, size);
                ReadRest(ref bits, samples, type - 8);
                Predict(samples, Fixed[type - 8], 0);
                break;
            case >= 32 when type - 31 <= samples.Length:
                ReadLinear(ref bits, samples, type - 31, size);
                break;
            default:
                throw Damaged(bits);
        }

        if (wasted > 0)
        {
            for (var at = 0; at < samples.Length; at++)
            {
                samples[at] <<= wasted;
            }
        }
    }

    private static void ReadLinear(ref FlacBits bits, Span<long> samples, int order, int size)
    {
        ReadWarmUp(ref bits, samples, order, size);
        var precision = (int)bits.Read(4) + 1;
        var shift = (int)bits.ReadSigned(5);
        if (precision == 16 || shift < 0)
        {
            throw Damaged(bits);
        }

        Span<long> coefficients = stackalloc long[order];
        for (var index = 0; index < order; index++)
        {
            coefficients[index] = bits.ReadSigned(precision);
        }

        ReadRest(ref bits, samples, order);
        Predict(samples, coefficients, shift);
    }

    private static void ReadWarmUp(ref FlacBits bits, Span<long> samples, int order, int size)
    {
        for (var at = 0; at < order; at++)
        {
            samples[at] = bits.ReadSigned(size);
        }
    }

    private static void ReadRest(ref FlacBits bits, Span<long> samples, int order)
    {
        var method = bits.Read(2);
        var partitions = 1 << (int)bits.Read(4);
        var length = samples.Length / partitions;
        if (method > 1 || samples.Length % partitions != 0 || length < order)
        {
            throw Damaged(bits);
        }

        int width = method == 0 ? 4 : 5, escape = (1 << width) - 1;
        var at = order;
        for (var partition = 0; partition < partitions; partition++)
        {
            var end = (partition + 1) * length;
            var parameter = (int)bits.Read(width);
            if (parameter == escape)
            {
                var raw = (int)bits.Read(5);
                for (; at < end; at++)
                {
                    samples[at] = raw == 0 ? 0 : bits.ReadSigned(raw);
                }

                continue;
            }

            for (; at < end; at++)
            {
                var value = ((ulong)bits.Unary() << parameter) | bits.Read(parameter);
                samples[at] = value <= uint.MaxValue ? (long)(value >> 1) ^ -(long)(value & 1) : throw Damaged(bits);
            }
        }
    }

    /// <summary>Adds to each residual what the samples before it predict. Sums stay far inside 64 bits: 33-bit samples, 15-bit coefficients, order 32.</summary>
    private static void Predict(Span<long> samples, ReadOnlySpan<long> coefficients, int shift)
    {
        for (var at = coefficients.Length; at < samples.Length; at++)
        {
            var sum = 0L;
            for (var index = 0; index < coefficients.Length; index++)
            {
                sum = unchecked(sum + (coefficients[index] * samples[at - 1 - index]));
            }

            // A damaged file may grow beyond any sample; it is found when the samples are taken.
            samples[at] = Math.Clamp(unchecked(samples[at] + (sum >> shift)), -(1L << 40), 1L << 40);
        }
    }

    private static InvalidFileException Damaged(in FlacBits bits) => FileFaults.Damaged("A frame of the FLAC is damaged inside.", bits.Position);
}
