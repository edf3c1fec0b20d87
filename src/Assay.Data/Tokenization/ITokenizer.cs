namespace Assay.Data.Tokenization;

/// <summary>Text to token ids and back. Implementations are safe to use from several threads at once.</summary>
public interface ITokenizer
{
    /// <summary>One more than the largest token id: the rows an embedding must have at least.</summary>
    int VocabularySize { get; }

    /// <summary>Token ids of <paramref name="text"/> alone: no beginning or end token is added, but those written in the text are found.</summary>
    /// <param name="text">Any text; a lone surrogate counts as U+FFFD.</param>
    int[] Encode(string text);

    /// <summary>The text of <paramref name="ids"/>, special tokens included; ids without a token give nothing, broken UTF-8 gives U+FFFD.</summary>
    string Decode(ReadOnlySpan<int> ids);
}
