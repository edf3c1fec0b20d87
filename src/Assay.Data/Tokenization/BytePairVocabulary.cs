namespace Assay.Data.Tokenization;

/// <summary>A trained byte-level vocabulary.</summary>
/// <param name="SpecialTokens">Control tokens; ids from 0 on.</param>
/// <param name="Tokens">Byte-level spellings of the other tokens; ids follow the special ones. The first 256 are the bytes.</param>
/// <param name="Merges">Pairs of ids in order of rank; merge i makes the token after the bytes with index i.</param>
public sealed record BytePairVocabulary(
    IReadOnlyList<string> SpecialTokens,
    IReadOnlyList<string> Tokens,
    IReadOnlyList<(int Left, int Right)> Merges);
