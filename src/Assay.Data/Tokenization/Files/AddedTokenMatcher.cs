using System.Buffers;
using System.Globalization;
using System.Text;
using Assay.Data.Tokenization.Patterns;

namespace Assay.Data.Tokenization.Files;

/// <summary>Finds added tokens in a text: leftmost first, the longest at a place.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Node root = new();
    private readonly SearchValues<char> firstChars;

    public AddedTokenMatcher(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        foreach (var (text, token) in tokens.Where(static item => item.Text.Length > 0))
        {
            var node = root;
            foreach (var unit in text)
            {
                if (!node.Next.TryGetValue(unit, out var next))
                {
                    node.Next[unit] = next = new();
                }

                node = next;
            }

            // Tokens may become the same text when they are normalised: the first one counts.
            node.Token ??= token;
        }

        firstChars = SearchValues.Create([.. root.Next.Keys]);
    }

    /// <summary>The matches in order, none touching another's characters.</summary>
    public IEnumerable<(TextSpan Span, AddedToken Token)> Find(string text)
    {
        var free = 0;
        for (var position = 0; position < text.Length; position++)
        {
            var skip = text.AsSpan(position).IndexOfAny(firstChars);
            if (skip < 0)
            {
                yield break;
            }

            position += skip;
            if (LongestAt(text, position) is not var (end, token))
            {
                continue;
            }

            if (token.SingleWord && !StandsAlone(text, position, end))
            {
                position = end - 1;
                continue;
            }

            var start = position;
            while (token.LeftStrip && start > free && char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }

            while (token.RightStrip && end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            yield return (new(start, end), token);
            free = end;
            position = end - 1;
        }
    }

    /// <summary>The longest token that begins at a place, and where it ends; null when there is none.</summary>
    public (int End, AddedToken Token)? LongestAt(string text, int start)
    {
        (int, AddedToken)? longest = null;
        var node = root;
        for (var i = start; i < text.Length && node.Next.TryGetValue(text[i], out node!); i++)
        {
            if (node.Token is { } token)
            {
                longest = (i + 1, token);
            }
        }

        return longest;
    }

    private static bool StandsAlone(string text, int start, int end) =>
        !(Rune.DecodeLastFromUtf16(text.AsSpan(0, start), out var before, out _) == OperationStatus.Done && IsWord(before)) &&
        !(Rune.DecodeFromUtf16(text.AsSpan(end), out var after, out _) == OperationStatus.Done && IsWord(after));

    // Rust's \w.
    private static bool IsWord(Rune rune) => Rune.IsLetter(rune) || rune.Value is 0x200C or 0x200D or (>= 0x24B6 and <= 0x24E9) || ShadowText.IsCircledLetter(rune) ||
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation or
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    private sealed class Node
    {
        public Dictionary<char, Node> Next { get; } = [];

        public AddedToken? Token { get; set; }
    }
}
