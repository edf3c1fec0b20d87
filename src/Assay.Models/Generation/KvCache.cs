using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Generation;

/// <summary>Keys and values of one reply's earlier positions, fp32, one buffer [1, K, capacity, d] per block and kind.</summary>
/// <remarks>For inference only: nothing is recorded for a backward pass. Not safe for concurrent use.</remarks>
public sealed class KvCache : IDisposable
{
    private readonly (Tensor Keys, Tensor Values)[] blocks;

    /// <param name="plan">The model.</param>
    /// <param name="capacity">Most positions the reply may reach, 1 or more.</param>
    public KvCache(DecoderPlan plan, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
        blocks = [.. plan.Blocks.Select(block => block.Attention switch
        {
            GroupedAttention grouped => (Buffer(grouped.KvHeads, grouped.HeadDim), Buffer(grouped.KvHeads, grouped.HeadDim)),
            LatentAttention latent => (Buffer(latent.Heads, latent.Nope + latent.Rotary), Buffer(latent.Heads, latent.ValueDim)),
            var other => throw new ArgumentException($"{other.GetType().Name} has no cache.", nameof(plan)),
        })];

        Tensor Buffer(int heads, int width) => empty(1, heads, capacity, width).DetachFromDisposeScope();
    }

    /// <summary>Positions held.</summary>
    public int Length { get; private set; }

    /// <summary>Most positions.</summary>
    public int Capacity { get; }

    /// <summary>Stores the new positions of one block and returns all of them, as views [1, K, Length + T, d].</summary>
    /// <exception cref="InvalidOperationException">The cache is full.</exception>
    internal (Tensor Keys, Tensor Values) Append(int block, Tensor keys, Tensor values)
    {
        long count = keys.shape[2];
        if (Length + count > Capacity)
        {
            throw new InvalidOperationException($"The cache holds {Capacity} positions; {Length + count} are needed.");
        }

        var (allKeys, allValues) = blocks[block];
        allKeys.narrow(2, Length, count).copy_(keys);
        allValues.narrow(2, Length, count).copy_(values);
        return (allKeys.narrow(2, 0, Length + count), allValues.narrow(2, 0, Length + count));
    }

    /// <summary>Forgets all positions, as when the rotary frequencies change and stored keys are stale.</summary>
    internal void Clear() => Length = 0;

    /// <summary>Counts positions in after every block has stored them.</summary>
    internal void Advance(int count) => Length += count;

    public void Dispose()
    {
        foreach (var (keys, values) in blocks)
        {
            keys.Dispose();
            values.Dispose();
        }
    }
}
