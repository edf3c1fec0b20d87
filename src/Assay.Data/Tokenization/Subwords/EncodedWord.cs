namespace Assay.Data.Tokenization.Subwords;

/// <summary>Tokens of one word and the byte of the word's UTF-8 at which each ends.</summary>
internal sealed record EncodedWord(int[] Ids, int[] ByteEnds);
