namespace Assay.Models.Engine.Kernels.Attention;

/// <summary>Heads of a segment copied to fp32 panels that products read without conversion or tails.</summary>
internal static unsafe class AttentionPanels
{
    /// <summary>Rounds up to whole lanes.</summary>
    public static int Padded(int count) => (count + Lanes.Count - 1) & ~(Lanes.Count - 1);

    /// <summary>One head of consecutive tokens, [rows padded to the tile, width padded], zeros in the padding.</summary>
    /// <param name="source">Row t starts with head 0 of token t.</param>
    /// <param name="firstToken">Token of row 0.</param>
    /// <param name="offset">First element of the head in its row.</param>
    /// <param name="rows">Tokens.</param>
    /// <param name="width">Width of the head.</param>
    /// <param name="target">Panel.</param>
    public static void Copy<TLanes, T>(Rows<T> source, int firstToken, int offset, int rows, int width, float* target)
        where TLanes : unmanaged, ILanes<TLanes>
        where T : unmanaged, IElement<T>
    {
        int padded = Padded(width);
        int whole = Lanes.Whole(width);
        for (int row = 0; row < rows; row++, target += padded)
        {
            T* values = source[firstToken + row] + offset;
            for (int at = 0; at < whole; at += Lanes.Count)
            {
                TLanes.Store(target + at, T.Load<TLanes>(values + at, Lanes.Count));
            }

            if (whole < width)
            {
                TLanes.Store(target + whole, T.Load<TLanes>(values + whole, width - whole));
            }
        }

        int rest = -rows & (SmallProduct.Tile - 1);
        new Span<float>(target, rest * padded).Clear();
    }

    /// <summary>A panel [rows, width padded] as [width, rows padded], zeros in the padding.</summary>
    public static void Transpose(float* source, int rows, int width, float* target)
    {
        int sourceRow = Padded(width);
        int targetRow = Padded(rows);
        for (int column = 0; column < width; column++)
        {
            float* line = target + (column * targetRow);
            for (int row = 0; row < rows; row++)
            {
                line[row] = source[(row * sourceRow) + column];
            }

            for (int row = rows; row < targetRow; row++)
            {
                line[row] = 0;
            }
        }
    }

    /// <summary>Writes a panel back to one head of consecutive tokens, times a factor per row.</summary>
    /// <param name="source">[rows, width padded].</param>
    /// <param name="factors">[rows], or null for 1.</param>
    /// <param name="target">Row t starts with head 0 of token t.</param>
    /// <param name="firstToken">Token of row 0.</param>
    /// <param name="offset">First element of the head in its row.</param>
    /// <param name="rows">Tokens.</param>
    /// <param name="width">Width of the head.</param>
    public static void Write<TLanes, T>(float* source, float* factors, Rows<T> target, int firstToken, int offset, int rows, int width)
        where TLanes : unmanaged, ILanes<TLanes>
        where T : unmanaged, IElement<T>
    {
        int padded = Padded(width);
        int whole = Lanes.Whole(width);
        for (int row = 0; row < rows; row++, source += padded)
        {
            T* values = target[firstToken + row] + offset;
            var factor = TLanes.Create(factors == null ? 1 : factors[row]);
            for (int at = 0; at < whole; at += Lanes.Count)
            {
                T.Store(values + at, TLanes.Load(source + at) * factor, Lanes.Count);
            }

            if (whole < width)
            {
                T.Store(values + whole, TLanes.Load(source + whole) * factor, width - whole);
            }
        }
    }
}
