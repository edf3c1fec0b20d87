using System.Text;
using Assay.Data.FileTypes;

namespace Assay.Data.Validation.Rules;

/// <summary>Characters that readers do not see and models do: bidirectional controls, the Unicode tag block, many zero-width characters, runs a document marks invisible.</summary>
public sealed class HiddenTextRule : IValidationRule
{
    private const int ZeroWidthPerThousand = 5;

    /// <inheritdoc/>
    public string Id => "hidden-text";

    /// <inheritdoc/>
    public int Version => 2;

    /// <inheritdoc/>
    public int Weight => 0;

    /// <inheritdoc/>
    public OnZero OnZero => OnZero.Review;

    /// <inheritdoc/>
    public string Fix => "Remove the invisible characters named above.";

    /// <inheritdoc/>
    public bool AppliesTo(DatanetKind kind) => kind == DatanetKind.Text;

    /// <inheritdoc/>
    public ValidationFinding Evaluate(ValidationContext context, CancellationToken cancel)
    {
        int bidi = 0, tags = 0, zeroWidth = 0, first = -1, at = 0;
        var inFlag = false;
        foreach (var rune in context.Everything.Text.EnumerateRunes())
        {
            var isTag = rune.Value is >= 0xE0000 and <= 0xE007F;
            var isBidi = rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
            inFlag = rune.Value == 0x1F3F4 || (inFlag && isTag); // regional flags are written with tags behind a black flag
            bidi += isBidi ? 1 : 0;
            tags += isTag && !inFlag ? 1 : 0;
            zeroWidth += rune.Value is 0x200B or 0x200C or 0x200D or 0x2060 or 0xFEFF ? 1 : 0;
            first = first < 0 && (isBidi || (isTag && !inFlag)) ? at : first;
            at += rune.Utf16SequenceLength;
        }

        var evidence = new List<Evidence>();
        if (first >= 0)
        {
            var length = Rune.GetRuneAt(context.Everything.Text, first).Utf16SequenceLength;
            evidence.Add(context.Everything.At($"{bidi} bidirectional controls and {tags} characters of the Unicode tag block; the first is here.", first, first + length));
        }

        if (zeroWidth * 1000L > ZeroWidthPerThousand * (long)at)
        {
            evidence.Add(new Evidence($"{zeroWidth} zero-width characters in {at}; {ZeroWidthPerThousand} in 1,000 are usual at most."));
        }

        if (context.Text.HiddenCharacters > 0)
        {
            evidence.Add(new Evidence($"{context.Text.HiddenCharacters} characters are marked as hidden in the document; they were left out."));
        }

        return evidence.Count == 0 ? this.Scored(1000, "No hidden characters.") : this.Scored(0, evidence);
    }
}
