namespace Assay.Data.Tokenization.Normalizers;

/// <summary>Rewrites text before it is cut into words.</summary>
internal interface INormalizer
{
    AlignedText Apply(AlignedText text);
}
