namespace Assay.Data.Tokenization.Subwords;

/// <summary>The symbols that a word consists of before any merge.</summary>
internal interface ISymbols
{
    /// <summary>Writes the symbols of a word and the byte of its UTF-8 at which each ends.</summary>
    /// <param name="word">Text without lone surrogates.</param>
    /// <param name="symbols">As long as the word's UTF-8.</param>
    /// <param name="ends">As long as <paramref name="symbols"/>.</param>
    /// <returns>How many symbols were written.</returns>
    int Read(ReadOnlySpan<char> word, Span<int> symbols, Span<int> ends);

    /// <summary>The token whose spelling is the whole word.</summary>
    bool TryWhole(ReadOnlySpan<char> word, out int id);
}
