namespace Assay.Models.Engine.Kernels.Attention;

/// <summary>Backward of one key head of a segment: dS = P ⊙ (dO · Vᵀ − Σ dO ⊙ O) · dz/dproduct, then dQ = dS · K, dK = dSᵀ · Q, dV = Pᵀ · dO, summed over the query heads of the group.</summary>
internal readonly unsafe struct BackwardItem<T>(HeadShape shape, AttentionRows<T> x, Rows<T> output, float* logSumExp, Rows<T> gradient, AttentionRows<T> result) : IAttentionItem
    where T : unmanaged, IElement<T>
{
    private const int Block = ForwardItem<T>.Block;

    public void Run<TLanes>(int start, int length, int kvHead)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int keyWidth = AttentionPanels.Padded(shape.KeyWidth);
        int valueWidth = AttentionPanels.Padded(shape.ValueWidth);
        int keys = AttentionPanels.Padded(length);
        var scratch = AttentionScratch.Rent((3L * keys * (keyWidth + valueWidth)) + ((long)Block * ((2 * keyWidth) + valueWidth + (2 * keys))));
        float* key = scratch.Take(keys, keyWidth);
        float* keyTransposed = scratch.Take(keyWidth, keys);
        float* value = scratch.Take(keys, valueWidth);
        float* valueTransposed = scratch.Take(valueWidth, keys);
        float* keyGradient = scratch.Take(keys, keyWidth);
        float* valueGradient = scratch.Take(keys, valueWidth);
        float* query = scratch.Take(Block, keyWidth);
        float* queryGradient = scratch.Take(Block, keyWidth);
        float* upstream = scratch.Take(Block, valueWidth);
        float* weights = scratch.Take(Block, keys);
        float* scores = scratch.Take(Block, keys);
        AttentionPanels.Copy<TLanes, T>(x.Key, start, kvHead * shape.KeyWidth, length, shape.KeyWidth, key);
        AttentionPanels.Transpose(key, length, shape.KeyWidth, keyTransposed);
        AttentionPanels.Copy<TLanes, T>(x.Value, start, kvHead * shape.ValueWidth, length, shape.ValueWidth, value);
        AttentionPanels.Transpose(value, length, shape.ValueWidth, valueTransposed);
        new Span<float>(keyGradient, keys * keyWidth).Clear();
        new Span<float>(valueGradient, keys * valueWidth).Clear();
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
                AttentionPanels.Copy<TLanes, T>(gradient, start + block, head * shape.ValueWidth, count, shape.ValueWidth, upstream);
                SmallProduct.Run<TLanes>(new Panel(query, keyWidth, 1), new Panel(keyTransposed + from, keys), new Panel(weights, keys), rows, span, shape.KeyWidth, add: false);
                SmallProduct.Run<TLanes>(new Panel(upstream, valueWidth, 1), new Panel(valueTransposed + from, keys), new Panel(scores, keys), rows, span, shape.ValueWidth, add: false);
                for (int row = 0; row < count; row++)
                {
                    int token = start + block + row;
                    float along = Along<TLanes>(output[token] + (head * shape.ValueWidth), upstream + (row * valueWidth));
                    Differentiate<TLanes>(weights + (row * keys), scores + (row * keys), from, span, head, (block + row, logSumExp[((long)token * shape.Heads) + head], along));
                }

                SmallProduct.Run<TLanes>(new Panel(scores, keys, 1), new Panel(key + (from * keyWidth), keyWidth), new Panel(queryGradient, keyWidth), rows, keyWidth, end - from, add: false);
                SmallProduct.Run<TLanes>(new Panel(scores, 1, keys), new Panel(query, keyWidth), new Panel(keyGradient + (from * keyWidth), keyWidth), span, keyWidth, count, add: true);
                SmallProduct.Run<TLanes>(new Panel(weights, 1, keys), new Panel(upstream, valueWidth), new Panel(valueGradient + (from * valueWidth), valueWidth), span, valueWidth, count, add: true);
                AttentionPanels.Write<TLanes, T>(queryGradient, null, result.Query, start + block, head * shape.KeyWidth, count, shape.KeyWidth);
            }
        }

        AttentionPanels.Write<TLanes, T>(keyGradient, null, result.Key, start, kvHead * shape.KeyWidth, length, shape.KeyWidth);
        AttentionPanels.Write<TLanes, T>(valueGradient, null, result.Value, start, kvHead * shape.ValueWidth, length, shape.ValueWidth);
    }

    // Σ dO ⊙ O of one query.
    private float Along<TLanes>(T* mixed, float* upstream)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int width = shape.ValueWidth;
        int whole = Lanes.Whole(width);
        var sum = TLanes.Create(0);
        for (int at = 0; at < whole; at += Lanes.Count)
        {
            sum = TLanes.MultiplyAdd(T.Load<TLanes>(mixed + at, Lanes.Count), TLanes.Load(upstream + at), sum);
        }

        if (whole < width)
        {
            sum = TLanes.MultiplyAdd(T.Load<TLanes>(mixed + whole, width - whole), TLanes.Load(upstream + whole), sum);
        }

        return TLanes.Sum(sum);
    }

    // Products with the keys become probabilities, products of dO with the values become dS; both 0 where a key is not visible.
    private void Differentiate<TLanes>(float* weights, float* scores, int from, int span, int head, (int Place, float LogSumExp, float Along) query)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var rule = new ScoreRow(shape, shape.Slopes == null ? 0 : shape.Slopes[head], query.Place);
        var total = TLanes.Create(query.LogSumExp);
        var along = TLanes.Create(query.Along);
        for (int at = 0; at < span; at += Lanes.Count)
        {
            var z = rule.Capped(TLanes.Load(weights + at));
            var probability = VectorMath.Exp(rule.Score(z, from + at) - total);
            var product = TLanes.Load(scores + at);
            TLanes.Store(weights + at, probability);
            TLanes.Store(scores + at, probability * (product - along) * rule.Slope(z));
        }

        int first = rule.From - from;
        int end = rule.End - from;
        new Span<float>(weights, first).Clear();
        new Span<float>(weights + end, span - end).Clear();
        new Span<float>(scores, first).Clear();
        new Span<float>(scores + end, span - end).Clear();
    }
}
