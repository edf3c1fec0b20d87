using System.Runtime.InteropServices;

namespace Assay.Models.Engine.Kernels.Attention;

/// <summary>Working memory of one thread, aligned to a vector; it grows to the longest segment seen and is reused.</summary>
internal sealed unsafe class AttentionScratch
{
    [ThreadStatic]
    private static AttentionScratch? own;

    private float* memory;
    private nuint capacity;
    private nuint used;

    ~AttentionScratch() => NativeMemory.AlignedFree(memory);

    /// <summary>This thread's memory with room for <paramref name="elements"/>, all free.</summary>
    public static AttentionScratch Rent(long elements)
    {
        var scratch = own ??= new AttentionScratch();
        if (scratch.capacity < (nuint)elements)
        {
            NativeMemory.AlignedFree(scratch.memory);
            scratch.memory = (float*)NativeMemory.AlignedAlloc((nuint)elements * sizeof(float), 64);
            scratch.capacity = (nuint)elements;
        }

        scratch.used = 0;
        return scratch;
    }

    /// <summary>The next <paramref name="rows"/> × <paramref name="width"/> values, unset.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="width">A multiple of <see cref="Lanes.Count"/>.</param>
    public float* Take(int rows, int width)
    {
        float* result = memory + used;
        used += (nuint)rows * (nuint)width;
        return result;
    }
}
