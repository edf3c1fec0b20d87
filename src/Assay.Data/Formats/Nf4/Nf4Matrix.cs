namespace Assay.Data.Formats.Nf4;

/// <summary>One weight matrix in 4-bit NormalFloat, stored as bitsandbytes stores it.</summary>
/// <param name="Shape">Sizes of the weight, outermost first; elements count row by row.</param>
/// <param name="Dtype">F32, F16 or BF16: the type the weight had. Dequantised values are rounded to it.</param>
/// <param name="BlockSize">Consecutive elements that share a scale; a block may begin inside one row and end in the next.</param>
/// <param name="Packed">Two codes in each byte, the first element in the high nibble; an odd count ends with a code that is not used.</param>
/// <param name="Levels">The 16 values that codes mean.</param>
/// <param name="Scales">Scale of each block; the last block may be partial.</param>
/// <remarks>
/// Immutable and safe for concurrent use. <see cref="Packed"/> may be a view of a mapped file and must not be read after that file is closed.
/// Source: the serialised layout of bitsandbytes 0.50, <c>QuantState</c>.
/// </remarks>
public sealed record Nf4Matrix(IReadOnlyList<long> Shape, TensorDtype Dtype, int BlockSize, ReadOnlyMemory<byte> Packed, ReadOnlyMemory<float> Levels, Nf4Scales Scales)
{
    /// <summary>Number of elements.</summary>
    public long Elements => Shape.Aggregate(1L, (count, size) => count * size);

    /// <summary>The whole weight in fp32, flat.</summary>
    /// <param name="destination">Exactly <see cref="Elements"/> long.</param>
    public void Dequantise(Span<float> destination)
    {
        if (destination.Length != Elements)
        {
            throw new ArgumentException($"The destination has {destination.Length} elements, the weight {Elements}.", nameof(destination));
        }

        Dequantise(0, Scales.ToArray(), destination);
    }

    /// <summary>A run of elements in fp32.</summary>
    /// <param name="first">Flat index of the first element.</param>
    /// <param name="scales">All block scales, <see cref="Nf4Scales.ToArray"/>; a caller that reads many runs expands them once.</param>
    /// <param name="destination">Receives the elements from <paramref name="first"/> on.</param>
    public void Dequantise(long first, ReadOnlySpan<float> scales, Span<float> destination)
    {
        if (first < 0 || first + destination.Length > Elements)
        {
            throw new ArgumentOutOfRangeException(nameof(first), first, $"Elements {first} to {first + destination.Length} are not inside 0 to {Elements}.");
        }

        Span<float> values = stackalloc float[16];
        var packed = Packed.Span;
        for (int done = 0; done < destination.Length;)
        {
            long element = first + done;
            int block = (int)(element / BlockSize);
            int count = (int)Math.Min(destination.Length - done, ((long)(block + 1) * BlockSize) - element);
            Meanings(scales[block], values);
            Unpack(packed, element, values, destination.Slice(done, count));
            done += count;
        }
    }

    /// <summary>What each code means in a block: level · scale, rounded to the weight's own type.</summary>
    private void Meanings(float scale, Span<float> values)
    {
        var levels = Levels.Span;
        for (int code = 0; code < values.Length; code++)
        {
            values[code] = FloatBytes.Round(levels[code] * scale, Dtype);
        }
    }

    private static void Unpack(ReadOnlySpan<byte> packed, long first, ReadOnlySpan<float> values, Span<float> destination)
    {
        int done = 0;
        if ((first & 1) == 1)
        {
            destination[done++] = values[packed[(int)(first / 2)] & 15];
        }

        int from = (int)((first + done) / 2);
        for (; done + 1 < destination.Length; done += 2)
        {
            byte pair = packed[from++];
            destination[done] = values[pair >> 4];
            destination[done + 1] = values[pair & 15];
        }

        if (done < destination.Length)
        {
            destination[done] = values[packed[from] >> 4];
        }
    }
}
