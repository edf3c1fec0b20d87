namespace Assay.Models.Engine.Kernels.Attention;

/// <summary>Forward of one key head of a segment: blocks of queries against all keys up to the block.</summary>
internal readonly unsafe struct ForwardItem<T>(HeadShape shape, AttentionRows<T> x, Rows<T> output, float* logSumExp) : IAttentionItem
    where T : unmanaged, IElement<T>
{
    /// <summary>Queries per block: more wastes products with masked keys, fewer reads the keys more often.</summary>
    public const int Block = 32;

    public void Run<TLanes>(int start, int length, int kvHead)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int keyWidth = AttentionPanels.Padded(shape.KeyWidth);
        int valueWidth = AttentionPanels.Padded(shape.ValueWidth);
        int keys = AttentionPanels.Padded(length);
        var scratch = AttentionScratch.Rent(((long)keys * ((2 * keyWidth) + valueWidth)) + ((long)Block * (keyWidth + keys + valueWidth)) + (2 * Block));
        float* plain = scratch.Take(keys, keyWidth);
        float* transposed = scratch.Take(keyWidth, keys);
        float* value = scratch.Take(keys, valueWidth);
        float* query = scratch.Take(Block, keyWidth);
        float* scores = scratch.Take(Block, keys);
        float* mixed = scratch.Take(Block, valueWidth);
        float* inverse = scratch.Take(1, Block);
        AttentionPanels.Copy<TLanes, T>(x.Key, start, kvHead * shape.KeyWidth, length, shape.KeyWidth, plain);
        AttentionPanels.Transpose(plain, length, shape.KeyWidth, transposed);
        AttentionPanels.Copy<TLanes, T>(x.Value, start, kvHead * shape.ValueWidth, length, shape.ValueWidth, value);
        for (int head = kvHead * shape.Group; head < (kvHead + 1) * shape.Group; head++)
        {
            for (int block = 0; block < length; block += Block)
            {
                int count = Math.Min(Block, length - block);
                int rows = (count + SmallProduct.Tile - 1) & -SmallProduct.Tile;
                int end = block + count;
                int from = (int)Math.Max(0, block - (long)shape.Window + 1) & -Lanes.Count;
                int span = AttentionPanels.Padded(end) - from;
                AttentionPanels.Copy<TLanes, T>(x.Query, start + block, head * shape.KeyWidth, count, shape.KeyWidth, query);
                SmallProduct.Run<TLanes>(new Panel(query, keyWidth, 1), new Panel(transposed + from, keys), new Panel(scores, keys), rows, span, shape.KeyWidth, add: false);
                for (int row = 0; row < count; row++)
                {
                    float sum = Normalise<TLanes>(scores + (row * keys), from, span, head, block + row, out float largest);
                    inverse[row] = 1 / sum;
                    logSumExp[((long)(start + block + row) * shape.Heads) + head] = largest + MathF.Log(sum);
                }

                for (int row = count; row < rows; row++)
                {
                    new Span<float>(scores + (row * keys), span).Clear();
                }

                SmallProduct.Run<TLanes>(new Panel(scores, keys, 1), new Panel(value + (from * valueWidth), valueWidth), new Panel(mixed, valueWidth), rows, valueWidth, end - from, add: false);
                AttentionPanels.Write<TLanes, T>(mixed, inverse, output, start + block, head * shape.ValueWidth, count, shape.ValueWidth);
            }
        }
    }

    // Scores become e^(score − largest) at visible keys and 0 elsewhere; returns their sum.
    private float Normalise<TLanes>(float* row, int from, int span, int head, int query, out float largest)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var rule = new ScoreRow(shape, shape.Slopes == null ? 0 : shape.Slopes[head], query);
        int first = rule.From - from;
        int end = rule.End - from;
        var top = TLanes.Create(float.NegativeInfinity);
        for (int at = 0; at < span; at += Lanes.Count)
        {
            TLanes.Store(row + at, rule.Score(rule.Capped(TLanes.Load(row + at)), from + at));
        }

        new Span<float>(row, first).Fill(float.NegativeInfinity);
        new Span<float>(row + end, span - end).Fill(float.NegativeInfinity);
        for (int at = 0; at < span; at += Lanes.Count)
        {
            top = TLanes.Max(top, TLanes.Load(row + at));
        }

        largest = TLanes.Largest(top);
        top = TLanes.Create(largest);
        var sum = TLanes.Create(0);
        for (int at = 0; at < span; at += Lanes.Count)
        {
            var weight = VectorMath.Exp(TLanes.Load(row + at) - top);
            TLanes.Store(row + at, weight);
            sum += weight;
        }

        return TLanes.Sum(sum);
    }
}
