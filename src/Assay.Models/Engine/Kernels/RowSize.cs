namespace Assay.Models.Engine.Kernels;

/// <summary>How many rows, and how many elements of each.</summary>
internal readonly record struct RowSize(int Count, int Width);
