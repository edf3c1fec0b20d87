namespace Assay.Data.Tokenization.PreTokenizers;

/// <summary>Cuts a piece of text into smaller pieces that the model never joins.</summary>
internal interface IPreTokenizer
{
    void Cut(TextPiece piece, List<TextPiece> output);
}
