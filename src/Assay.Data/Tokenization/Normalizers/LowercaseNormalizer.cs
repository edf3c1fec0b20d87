using System.Text;

namespace Assay.Data.Tokenization.Normalizers;

/// <summary>The lower case of every character on its own, as Unicode's full mapping has it: no language, no context.</summary>
internal sealed class LowercaseNormalizer : INormalizer
{
    // The one character whose lower case is two.
    private const int CapitalIWithDot = 0x130;

    public AlignedText Apply(AlignedText text)
    {
        var changed = new AlignedTextBuilder(text);
        var position = 0;
        Span<char> lower = stackalloc char[2];
        foreach (var rune in text.Value.EnumerateRunes())
        {
            var end = position + rune.Utf16SequenceLength;
            if (rune.Value == CapitalIWithDot)
            {
                changed.Replace(position, end, "i\u0307");
            }
            else
            {
                var length = Rune.ToLowerInvariant(rune).EncodeToUtf16(lower);
                changed.Replace(position, end, lower[..length]);
            }

            position = end;
        }

        return changed.ToText();
    }
}
