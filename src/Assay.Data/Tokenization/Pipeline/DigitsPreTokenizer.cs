using System.Text;

namespace Assay.Data.Tokenization.Pipeline;

/// <summary>Parts numbers from other text, as whole runs or digit by digit.</summary>
internal sealed class DigitsPreTokenizer(bool individual) : IPreTokenizer
{
    public void Cut(TextPiece piece, List<TextPiece> output)
    {
        var start = 0;
        var inDigits = false;
        var position = 0;
        foreach (var rune in piece.Chars.EnumerateRunes())
        {
            var digit = Rune.IsNumber(rune);
            if (position > start && (digit != inDigits || (digit && individual)))
            {
                output.Add(new(piece.Text, piece.Start + start, position - start));
                start = position;
            }

            inDigits = digit;
            position += rune.Utf16SequenceLength;
        }

        if (position > start)
        {
            output.Add(new(piece.Text, piece.Start + start, position - start));
        }
    }
}
