namespace Assay.Models.Engine.Decode;

/// <summary>What one token leaves in the cache of one block.</summary>
/// <param name="Heads">Key heads, each with its own value.</param>
/// <param name="KeyDim">Width of a key.</param>
/// <param name="ValueDim">Width of a value.</param>
internal readonly record struct CacheShape(int Heads, int KeyDim, int ValueDim);
