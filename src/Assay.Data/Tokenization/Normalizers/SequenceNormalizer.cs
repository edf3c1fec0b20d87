namespace Assay.Data.Tokenization.Normalizers;

/// <summary>Several normalisers, one after the other; none leaves the text as it is.</summary>
internal sealed class SequenceNormalizer(IReadOnlyList<INormalizer> parts) : INormalizer
{
    public AlignedText Apply(AlignedText text) => parts.Aggregate(text, static (current, part) => part.Apply(current));
}
