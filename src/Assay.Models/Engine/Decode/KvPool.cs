namespace Assay.Models.Engine.Decode;

/// <summary>Pages of 64 positions for the keys and values of all blocks, made once. Requests take what they may need at most and give it back at their end.</summary>
/// <remarks>
/// A page holds, block after block and head after head, the keys as [KeyDim, 64] (so that 64 scores are computed side by side)
/// and then the values as [64, ValueDim]. Not safe for concurrent use.
/// </remarks>
public sealed class KvPool : IDisposable
{
    /// <summary>Positions of a page.</summary>
    public const int PagePositions = 64;

    private readonly AlignedMemory memory;
    private readonly Stack<nint> free;
    private readonly long[] keys;
    private readonly long[] values;

    /// <param name="weights">The model.</param>
    /// <param name="format">How numbers are held.</param>
    /// <param name="positions">Positions of all requests together, rounded up to whole pages; 1 or more.</param>
    public KvPool(DecodeWeights weights, CacheFormat format, int positions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(positions, 1);
        Format = format;
        int size = format is CacheFormat.Bf16 ? 2 : 4;
        keys = new long[weights.Blocks.Count];
        values = new long[weights.Blocks.Count];
        long bytes = 0;
        for (int block = 0; block < keys.Length; block++)
        {
            var shape = weights.Blocks[block].Attention.Cache;
            keys[block] = bytes;
            bytes += (long)shape.Heads * shape.KeyDim * PagePositions * size;
            values[block] = bytes;
            bytes += (long)shape.Heads * shape.ValueDim * PagePositions * size;
        }

        Pages = (positions + PagePositions - 1) / PagePositions;
        BytesPerPosition = bytes / PagePositions;
        memory = new AlignedMemory(bytes * Pages);
        free = new Stack<nint>(Enumerable.Range(0, Pages).Reverse().Select(page => memory.Address + (nint)(page * bytes)));
    }

    /// <summary>How numbers are held.</summary>
    public CacheFormat Format { get; }

    /// <summary>Pages in all.</summary>
    public int Pages { get; }

    /// <summary>Pages nobody holds.</summary>
    public int FreePages => free.Count;

    /// <summary>Cache bytes of one token.</summary>
    public long BytesPerPosition { get; }

    /// <summary>Room for a request, or null while others hold too much.</summary>
    /// <param name="positions">Most positions the request may reach, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than the whole pool.</exception>
    public KvSequence? Reserve(int positions)
    {
        int pages = (positions + PagePositions - 1) / PagePositions;
        if (positions < 1 || pages > Pages)
        {
            throw new ArgumentOutOfRangeException(nameof(positions), positions, $"The cache holds 1 to {Pages * PagePositions} positions.");
        }

        return pages > free.Count ? null : new KvSequence(this, [.. Enumerable.Range(0, pages).Select(_ => free.Pop())]);
    }

    public void Dispose() => memory.Dispose();

    internal long KeyOffset(int block) => keys[block];

    internal long ValueOffset(int block) => values[block];

    internal void Return(nint[] pages)
    {
        foreach (nint page in pages)
        {
            free.Push(page);
        }
    }
}
