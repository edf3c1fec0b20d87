using System.Globalization;
using System.Text;

namespace Assay.Data.Tokenization.Normalizers;

/// <summary>SentencePiece's table of replacements as Hugging Face applies it: to short grapheme clusters whole, else to single characters.</summary>
/// <remarks>A cluster below six bytes whose beginning is in the table gives way as a whole to the shortest such beginning's text. Odd, but the trained models expect it.</remarks>
internal sealed class PrecompiledNormalizer(CharsMap map) : INormalizer
{
    private const int WholeBelow = 6;

    public AlignedText Apply(AlignedText text)
    {
        var changed = new AlignedTextBuilder(text);
        for (var start = 0; start < text.Value.Length;)
        {
            var cluster = text.Value.AsSpan(start, StringInfo.GetNextTextElementLength(text.Value.AsSpan(start)));
            var end = start + cluster.Length;
            if (Encoding.UTF8.GetByteCount(cluster) < WholeBelow && map.TryReplace(cluster, longest: false, out _, out var whole))
            {
                changed.Replace(start, end, whole);
                start = end;
            }

            while (start < end)
            {
                Rune.DecodeFromUtf16(text.Value.AsSpan(start), out _, out var length);
                if (map.TryReplace(text.Value.AsSpan(start, length), longest: false, out _, out var single))
                {
                    changed.Replace(start, start + length, single);
                }
                else
                {
                    changed.Copy(start, start + length);
                }

                start += length;
            }
        }

        return changed.ToText();
    }
}
