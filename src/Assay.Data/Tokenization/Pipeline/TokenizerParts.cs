namespace Assay.Data.Tokenization.Pipeline;

/// <summary>What a <c>tokenizer.json</c> says, ready to run.</summary>
internal sealed record TokenizerParts(
    Dictionary<string, int> Vocabulary,
    IReadOnlyList<AddedToken> AddedTokens,
    INormalizer Normalizer,
    IPreTokenizer PreTokenizer,
    BytePairEncoder Encoder,
    int[] Before,
    int[] After);
