namespace Assay.Models.Engine.Kernels;

/// <summary>Makes int8 and NF4 rows out of floats, once at load.</summary>
internal static unsafe class GemvQuantise
{
    /// <summary>Nearest bytes at scale = largest magnitude / 127.</summary>
    /// <returns>The row's scale.</returns>
    public static float Int8(ReadOnlySpan<float> row, sbyte* target)
    {
        float largest = Largest(row);
        float scale = largest / 127;
        float inverse = largest > 0 ? 127 / largest : 0;
        for (int index = 0; index < row.Length; index++)
        {
            target[index] = (sbyte)MathF.Round(Math.Clamp(row[index] * inverse, -127, 127));
        }

        return scale;
    }

    /// <summary>Nearest levels at scale = largest magnitude of each 64; a value at a midpoint takes the lower code.</summary>
    /// <param name="row">A multiple of 64 values.</param>
    /// <param name="target">Half as many bytes; the first of a pair goes into the high nibble.</param>
    /// <param name="scales">One per 64 values.</param>
    public static void Nf4(ReadOnlySpan<float> row, byte* target, float* scales)
    {
        for (int first = 0; first < row.Length; first += WeightRows.Block)
        {
            var block = row.Slice(first, WeightRows.Block);
            float largest = Largest(block);
            scales[first / WeightRows.Block] = largest;
            float inverse = 1 / Math.Max(largest, 1e-38f);
            for (int index = 0; index < block.Length; index += 2)
            {
                target[(first + index) / 2] = (byte)((Code(block[index] * inverse) << 4) | Code(block[index + 1] * inverse));
            }
        }
    }

    private static int Code(float value)
    {
        // Binary search over the 15 midpoints between neighbouring levels.
        int code = 0;
        for (int half = 8; half > 0; half /= 2)
        {
            int middle = code + half;
            code = value > Midpoint(middle - 1) ? middle : code;
        }

        return code;
    }

    private static float Midpoint(int lower) => (Nf4Levels.Values[lower] + Nf4Levels.Values[lower + 1]) / 2;

    private static float Largest(ReadOnlySpan<float> values)
    {
        float largest = 0;
        foreach (float value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        return largest;
    }
}
