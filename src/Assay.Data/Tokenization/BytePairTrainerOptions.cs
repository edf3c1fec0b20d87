namespace Assay.Data.Tokenization;

/// <summary>What a trained vocabulary shall be.</summary>
/// <param name="VocabularySize">Token ids in all: special tokens, 256 bytes and merged tokens. Fewer result when the texts hold too few repeated pairs.</param>
/// <param name="SpecialTokens">Control tokens, which get the ids from 0 on, in this order.</param>
public sealed record BytePairTrainerOptions(int VocabularySize, IReadOnlyList<string> SpecialTokens)
{
    /// <summary>A pair is merged only when it occurs at least so often.</summary>
    public long MinimumPairCount { get; init; } = 2;

    /// <summary>No token gets longer than so many bytes; keeps rulers and padding out of the vocabulary.</summary>
    public int LongestToken { get; init; } = 32;
}
