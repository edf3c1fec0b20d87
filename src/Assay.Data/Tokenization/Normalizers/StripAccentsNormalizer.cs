using System.Globalization;
using System.Text;

namespace Assay.Data.Tokenization.Normalizers;

/// <summary>Leaves combining marks (general category M) out; useful after a decomposition.</summary>
internal sealed class StripAccentsNormalizer : INormalizer
{
    public AlignedText Apply(AlignedText text)
    {
        var changed = new AlignedTextBuilder(text);
        var position = 0;
        foreach (var rune in text.Value.EnumerateRunes())
        {
            var end = position + rune.Utf16SequenceLength;
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark))
            {
                changed.Copy(position, end);
            }

            position = end;
        }

        return changed.ToText();
    }
}
