namespace Assay.Data.Tokenization.Normalizers;

/// <summary>Puts a text in front of every stretch between added tokens; nothing in front of an empty one.</summary>
internal sealed class PrependNormalizer(string prefix) : INormalizer
{
    public AlignedText Apply(AlignedText text) => text.Value.Length == 0 || prefix.Length == 0 ? text : text.Prepend(prefix);
}
