namespace Assay.Models.Engine.Kernels;

/// <summary>NF4 codes back to numbers, as bitsandbytes stores them: flat row-major order, first element of a byte in its high nibble, one scale per block.</summary>
internal static unsafe class Nf4Dequantise
{
    /// <summary>y[i] = round(table[code] · absmax[block]), rounded to the type the weights had before quantising, then to T.</summary>
    /// <typeparam name="TSource">Type of the weights before quantising.</typeparam>
    /// <typeparam name="T">Stored element.</typeparam>
    /// <param name="codes">⌈matrix rows · width / 2⌉ bytes.</param>
    /// <param name="table">16 levels.</param>
    /// <param name="absmax">One per block, expanded if it was itself quantised.</param>
    /// <param name="hubRows">[rows] row of the stored matrix that fills each row of y, or null for the same order.</param>
    /// <param name="y">[rows, width].</param>
    /// <param name="size">Rows of y and width.</param>
    /// <param name="blockSize">Elements per scale, a multiple of 16.</param>
    public static void Run<TSource, T>(byte* codes, float* table, float* absmax, int* hubRows, Rows<T> y, RowSize size, int blockSize = 64)
        where TSource : unmanaged, IElement<TSource>
        where T : unmanaged, IElement<T>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(blockSize % Lanes.Count, 0);
        RowLoop.Run(new Kernel<TSource, T>(codes, table, absmax, hubRows, y, size.Width, blockSize), size.Count, size.Width);
    }

    /// <summary>Scales that were quantised themselves: result_i = map[codes_i] · nested[i / nestedBlock] + offset.</summary>
    /// <param name="codes">[count].</param>
    /// <param name="map">256 values.</param>
    /// <param name="nested">One scale per nested block.</param>
    /// <param name="offset">Added to each.</param>
    /// <param name="absmax">[count], receives the scales.</param>
    /// <param name="nestedBlock">Scales per nested block.</param>
    public static void ExpandScales(ReadOnlySpan<byte> codes, ReadOnlySpan<float> map, ReadOnlySpan<float> nested, float offset, Span<float> absmax, int nestedBlock = 256)
    {
        for (int index = 0; index < codes.Length; index++)
        {
            absmax[index] = (map[codes[index]] * nested[index / nestedBlock]) + offset;
        }
    }

    private readonly struct Kernel<TSource, T>(byte* codes, float* table, float* absmax, int* hubRows, Rows<T> y, int width, int blockSize) : IRowKernel
        where TSource : unmanaged, IElement<TSource>
        where T : unmanaged, IElement<T>
    {
        public void Run<TLanes>(int first, int end)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            for (int row = first; row < end; row++)
            {
                T* target = y[row];
                long start = (long)(hubRows == null ? row : hubRows[row]) * width;

                // Sixteen codes starting at a multiple of 16 lie in 8 whole bytes of one block.
                int at = (int)Math.Min(width, -start & (Lanes.Count - 1));
                Single(target, start, 0, at);
                while (at + Lanes.Count <= width)
                {
                    long block = (start + at) / blockSize;
                    int until = (int)Math.Min(width, ((block + 1) * blockSize) - start);
                    var scale = TLanes.Create(absmax[block]);
                    for (; at + Lanes.Count <= until; at += Lanes.Count)
                    {
                        var value = TLanes.Lookup(table, *(ulong*)(codes + ((start + at) / 2))) * scale;
                        T.Store(target + at, typeof(TSource) == typeof(T) ? value : TSource.Rounded(value), Lanes.Count);
                    }
                }

                Single(target, start, at, width);
            }
        }

        private void Single(T* target, long start, int from, int end)
        {
            for (int at = from; at < end; at++)
            {
                long element = start + at;
                int code = (element & 1) == 0 ? codes[element / 2] >> 4 : codes[element / 2] & 15;
                target[at] = T.FromSingle(TSource.ToSingle(TSource.FromSingle(table[code] * absmax[element / blockSize])));
            }
        }
    }
}
