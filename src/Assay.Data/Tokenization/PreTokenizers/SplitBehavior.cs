namespace Assay.Data.Tokenization.PreTokenizers;

/// <summary>What a Split does with the stretches its pattern matches.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}
