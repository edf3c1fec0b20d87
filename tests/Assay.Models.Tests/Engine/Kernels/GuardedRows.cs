using System.Runtime.InteropServices;
using Assay.Models.Engine.Kernels;

namespace Assay.Models.Tests.Engine.Kernels;

/// <summary>Rows in native memory, misaligned, with gaps between them that must stay as they are.</summary>
internal sealed unsafe class GuardedRows<T> : IDisposable
    where T : unmanaged, IElement<T>
{
    private const byte Guard = 0xA5;
    private readonly int rows;
    private readonly int width;
    private readonly int stride;
    private readonly int elements;
    private readonly byte* memory;
    private readonly T* first;

    public GuardedRows(int rows, int width, Func<int, int, double>? value = null, int gap = 3)
    {
        (this.rows, this.width, stride) = (rows, width, width + gap);
        elements = (rows * stride) + gap + 2;
        memory = (byte*)NativeMemory.Alloc((nuint)(elements * sizeof(T)));
        new Span<byte>(memory, elements * sizeof(T)).Fill(Guard);
        first = (T*)memory + gap + 1;
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < width; column++)
            {
                Rows[row][column] = T.FromSingle((float)(value?.Invoke(row, column) ?? 0));
            }
        }
    }

    public Rows<T> Rows => new(first, stride);

    /// <summary>[rows · width], as stored.</summary>
    public float[] Values => [.. Enumerable.Range(0, rows * width).Select(index => T.ToSingle(Rows[index / width][index % width]))];

    /// <summary>The same in double.</summary>
    public double[] Exact => Array.ConvertAll(Values, value => (double)value);

    public void AssertGuards()
    {
        for (int index = 0; index < elements; index++)
        {
            int place = index - (int)(first - (T*)memory);
            if (place >= 0 && place / stride < rows && place % stride < width)
            {
                continue;
            }

            foreach (byte value in new ReadOnlySpan<byte>((T*)memory + index, sizeof(T)))
            {
                Assert.True(value == Guard, $"element {place} outside {rows} rows of {width} was written");
            }
        }
    }

    public void Dispose() => NativeMemory.Free(memory);
}
