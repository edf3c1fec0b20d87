using System.Globalization;
using System.Text;

namespace Assay.Data.Tokenization.Pipeline;

/// <summary>A Unicode normalisation form (NFC).</summary>
internal sealed class UnicodeNormalizer : INormalizer
{
    // .NET refuses this noncharacter although normalisation leaves it alone.
    private const char RefusedByNet = '\uFFFE';

    private readonly NormalizationForm form;

    public UnicodeNormalizer(NormalizationForm form)
    {
        this.form = form;

        // With invariant globalisation Normalize returns its input and throws nothing.
        if ("e\u0301".Normalize(NormalizationForm.FormC) != "\u00E9")
        {
            throw new InvalidTokenizerException("The tokenizer needs Unicode normalisation, which this system lacks: install ICU and keep globalisation invariance off.");
        }
    }

    public AlignedText Apply(AlignedText text)
    {
        if (IsNormalized(text.Value))
        {
            return text;
        }

        var result = new StringBuilder(text.Value.Length);
        var spans = new List<TextSpan>(text.Value.Length);

        // Nothing composes across a grapheme boundary (UAX 29), so clusters can be normalised one at a time and keep their offsets.
        for (var start = 0; start < text.Value.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text.Value.AsSpan(start));
            var changed = Normalize(text.Value.Substring(start, length));
            var unchanged = text.Value.AsSpan(start, length).SequenceEqual(changed);
            var whole = new TextSpan(text.SpanOf(start).Start, text.SpanOf(start + length - 1).End);
            result.Append(changed);
            for (var i = 0; i < changed.Length; i++)
            {
                spans.Add(unchanged ? text.SpanOf(start + i) : whole);
            }

            start += length;
        }

        return new(result.ToString(), [.. spans]);
    }

    private bool IsNormalized(string text) =>
        text.Contains(RefusedByNet) ? text.Split(RefusedByNet).All(part => part.IsNormalized(form)) : text.IsNormalized(form);

    private string Normalize(string text) =>
        text.Contains(RefusedByNet)
            ? string.Join(RefusedByNet, text.Split(RefusedByNet).Select(part => part.Normalize(form)))
            : text.Normalize(form);
}
