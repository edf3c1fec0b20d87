namespace Assay.Models.Engine.Decode;

/// <summary>One head of one block in the cache, and how one query scores it.</summary>
internal readonly record struct CachedHead
{
    /// <summary>How numbers are held.</summary>
    public required CacheFormat Format { get; init; }

    /// <summary>Byte offset of the head's keys in a page.</summary>
    public required long Keys { get; init; }

    /// <summary>Byte offset of the head's values in a page.</summary>
    public required long Values { get; init; }

    /// <summary>Width of a key.</summary>
    public required int KeyDim { get; init; }

    /// <summary>Width of a value.</summary>
    public required int ValueDim { get; init; }

    /// <summary>First visible position.</summary>
    public required int First { get; init; }

    /// <summary>Past the last visible position.</summary>
    public required int End { get; init; }

    /// <summary>Factor on query · key.</summary>
    public required float Scale { get; init; }

    /// <summary>Added per position; 0 for none.</summary>
    public float Slope { get; init; }

    /// <summary>c of c · tanh(score / c); 0 for none.</summary>
    public float SoftCap { get; init; }
}
