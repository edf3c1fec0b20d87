using System.Globalization;
using System.Text;

namespace Assay.Data.Tokenization.Normalizers;

/// <summary>A Unicode normalisation form (UAX 15).</summary>
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

        // Almost nothing composes across a grapheme boundary (UAX 29), so clusters can be normalised one at a time and keep their offsets.
        var whole = Normalize(text.Value);
        var changed = ByCluster(text);
        return changed.Value == whole ? changed : ByAscii(text);
    }

    private AlignedText ByCluster(AlignedText text)
    {
        var result = new AlignedTextBuilder(text);
        for (var start = 0; start < text.Value.Length;)
        {
            var cluster = NextCluster(text.Value, start);
            var end = start + cluster;
            while (end < text.Value.Length && NextCluster(text.Value, end) is var next && Joins(text.Value.Substring(end - cluster, cluster), text.Value.Substring(end, next)))
            {
                end += next;
                cluster = next;
            }

            Add(result, text.Value, start, end);
            start = end;
        }

        return result.ToText();
    }

    private static int NextCluster(string text, int start) => StringInfo.GetNextTextElementLength(text.AsSpan(start));

    // Compatibility letters may compose across clusters: Hangul from single jamo.
    private bool Joins(string left, string right) =>
        form == NormalizationForm.FormKC && !char.IsAscii(left[0]) && !char.IsAscii(right[0]) && Normalize(left) + Normalize(right) != Normalize(left + right);

    private AlignedText ByAscii(AlignedText text)
    {
        var result = new AlignedTextBuilder(text);
        for (var start = 0; start < text.Value.Length;)
        {
            var end = start + 1;
            while (end < text.Value.Length && !char.IsAscii(text.Value[end]))
            {
                end++;
            }

            Add(result, text.Value, start, end);
            start = end;
        }

        return result.ToText();
    }

    private void Add(AlignedTextBuilder result, string text, int start, int end)
    {
        var part = text[start..end];
        var changed = Normalize(part);
        if (changed == part)
        {
            result.Copy(start, end);
        }
        else
        {
            result.Replace(start, end, changed);
        }
    }

    private bool IsNormalized(string text) =>
        text.Contains(RefusedByNet) ? text.Split(RefusedByNet).All(part => part.IsNormalized(form)) : text.IsNormalized(form);

    private string Normalize(string text) =>
        text.Contains(RefusedByNet)
            ? string.Join(RefusedByNet, text.Split(RefusedByNet).Select(part => part.Normalize(form)))
            : text.Normalize(form);
}
