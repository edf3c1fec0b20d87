using System.Text;
using Assay.Data.Tokenization.Files;

namespace Assay.Data.Tokenization.Normalizers;

/// <summary>What SentencePiece does to a text before it splits it.</summary>
/// <param name="options">What the model file says.</param>
/// <param name="map">Table of replacements, or null.</param>
/// <param name="userDefined">Entries that are left as they are.</param>
internal sealed class SentencePieceNormalizer(SentencePieceOptions options, CharsMap? map, AddedTokenMatcher userDefined) : INormalizer
{
    private const char Mark = '\u2581';
    private readonly char blank = options.EscapeWhitespaces ? Mark : ' ';

    public AlignedText Apply(AlignedText text)
    {
        if (text.Value.Length == 0)
        {
            return text;
        }

        if (map is null && !options.RemoveExtraWhitespaces && !options.WhitespaceAsSuffix)
        {
            var marked = options.EscapeWhitespaces ? text.WithUnits(text.Value.Replace(' ', Mark)) : text;
            return options.AddDummyPrefix ? marked.Prepend(blank.ToString()) : marked;
        }

        var start = 0;
        while (options.RemoveExtraWhitespaces && start < text.Value.Length && Next(text.Value, start, out var skipped) == " ")
        {
            start += skipped;
        }

        return start == text.Value.Length ? text.Slice(start, 0) : Rewrite(text, start);
    }

    private AlignedText Rewrite(AlignedText text, int start)
    {
        var changed = new AlignedTextBuilder(text);
        if (options.AddDummyPrefix && !options.WhitespaceAsSuffix)
        {
            changed.Replace(start, start, [blank]);
        }

        var afterBlank = options.RemoveExtraWhitespaces;
        for (var position = start; position < text.Value.Length;)
        {
            var part = Next(text.Value, position, out var length).AsSpan();
            part = afterBlank ? part.TrimStart(' ') : part;
            if (part.Length > 0)
            {
                changed.Replace(position, position + length, part.ToString().Replace(' ', blank));
                afterBlank = part[^1] == ' ';
            }

            afterBlank &= options.RemoveExtraWhitespaces;
            position += length;
        }

        while (options.RemoveExtraWhitespaces && changed.RemoveLast(blank))
        {
            // Blanks at the end go, one by one.
        }

        if (options.AddDummyPrefix && options.WhitespaceAsSuffix)
        {
            changed.Replace(text.Value.Length, text.Value.Length, [blank]);
        }

        return changed.ToText();
    }

    private string Next(string text, int position, out int length)
    {
        if (userDefined.LongestAt(text, position) is var (end, _))
        {
            length = end - position;
            return text[position..end];
        }

        if (map?.TryReplace(text.AsSpan(position), longest: true, out length, out var replacement) == true)
        {
            return replacement;
        }

        Rune.DecodeFromUtf16(text.AsSpan(position), out var rune, out length);
        return rune.ToString();
    }
}
