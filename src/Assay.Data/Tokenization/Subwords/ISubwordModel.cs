namespace Assay.Data.Tokenization.Subwords;

/// <summary>Turns one piece of text into entries of a vocabulary. Safe to use from several threads at once.</summary>
internal interface ISubwordModel
{
    /// <summary>Appends the tokens of a piece.</summary>
    /// <param name="piece">Text without lone surrogates.</param>
    /// <param name="output">Receives ids and where each ends in the piece's UTF-8.</param>
    void Encode(ReadOnlySpan<char> piece, TokenRun output);
}
