namespace Assay.Data.Tokenization.Normalizers;

/// <summary>Takes blanks (Unicode White_Space) off the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : INormalizer
{
    public AlignedText Apply(AlignedText text)
    {
        var start = left ? text.Value.Length - text.Value.AsSpan().TrimStart().Length : 0;
        var end = right ? text.Value.AsSpan().TrimEnd().Length : text.Value.Length;
        return text.Slice(start, Math.Max(0, end - start));
    }
}
