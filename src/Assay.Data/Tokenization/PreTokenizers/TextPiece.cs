using Assay.Data.Tokenization.Normalizers;

namespace Assay.Data.Tokenization.PreTokenizers;

/// <summary>A stretch of a text that the model encodes on its own.</summary>
internal readonly record struct TextPiece(AlignedText Text, int Start, int Length)
{
    public ReadOnlySpan<char> Chars => Text.Value.AsSpan(Start, Length);
}
