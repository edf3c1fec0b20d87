namespace Assay.Models.Engine.Plans;

/// <summary>A fused projection stored per key-value group: g query heads, one key head, one value head; then the next group.</summary>
/// <param name="Groups">Key-value heads.</param>
/// <param name="QueriesPerGroup">g; 1 for BLOOM and GPT-NeoX.</param>
/// <param name="HeadDim">Width of a head.</param>
public sealed record GroupedRows(int Groups, int QueriesPerGroup, int HeadDim) : RowOrder
{
    /// <inheritdoc/>
    public override int[] HubRows(int rows)
    {
        int group = (QueriesPerGroup + 2) * HeadDim;
        int queries = QueriesPerGroup * HeadDim;
        IEnumerable<int> Part(int first, int count) =>
            Enumerable.Range(0, Groups).SelectMany(index => Enumerable.Range((index * group) + first, count));
        return [.. Part(0, queries), .. Part(queries, HeadDim), .. Part(queries + HeadDim, HeadDim)];
    }
}
