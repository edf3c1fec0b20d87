using Assay.Models.Engine.Decode;

namespace Assay.Models.Generation;

/// <summary>Sizes of a generation loop.</summary>
public sealed record GenerationLoopOptions
{
    /// <summary>Cached positions of all replies together; default 16,384, 1 or more. A request waits until its longest reply has room.</summary>
    public int CachePositions { get; init; } = 16_384;

    /// <summary>How the cache holds numbers.</summary>
    public CacheFormat Cache { get; init; } = CacheFormat.Bf16;

    /// <summary>Replies that share a pass over the weights; default 8, 1 to 16.</summary>
    public int MostRows { get; init; } = 8;

    /// <summary>Prompt tokens per step; default 512, 32 or more.</summary>
    public int PrefillChunk { get; init; } = 512;

    /// <summary>Threads of the products with few rows; null takes one per core.</summary>
    public int? Threads { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(CachePositions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MostRows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MostRows, Decoder.MostNarrowRows);
        ArgumentOutOfRangeException.ThrowIfLessThan(PrefillChunk, 32);
    }
}
