namespace Assay.Models.Export;

/// <summary>Takes a piece of memory that is valid during the call.</summary>
internal delegate void ReadOnlySpanAction<T>(ReadOnlySpan<T> piece);
