namespace Assay.Data.Tokenization.Pipeline;

/// <summary>What a Split does with the stretches its pattern matches.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}
