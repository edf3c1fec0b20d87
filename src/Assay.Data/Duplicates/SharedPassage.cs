namespace Assay.Data.Duplicates;

/// <summary>A run of words that stands in two texts: half-open ranges of UTF-16 code units, from a word's first to a word's last.</summary>
/// <param name="Start">Where it begins in the one.</param>
/// <param name="End">Where it ends there.</param>
/// <param name="OtherStart">Where it begins in the other.</param>
/// <param name="OtherEnd">Where it ends there.</param>
public readonly record struct SharedPassage(int Start, int End, int OtherStart, int OtherEnd);
