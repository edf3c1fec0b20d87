using System.Text;

namespace Assay.Data.Tokenization.Subwords;

/// <summary>The longest entry first, then the longest that continues the word, and so on; a word that cannot be covered is unknown (Devlin et al. 2019).</summary>
/// <param name="vocabulary">Spelling → id.</param>
/// <param name="unknownId">Token of words that cannot be covered.</param>
/// <param name="continuation">What entries inside a word begin with, usually <c>##</c>.</param>
/// <param name="longestWord">Words of more characters are unknown.</param>
internal sealed class WordPieceModel(Dictionary<string, int> vocabulary, int unknownId, string continuation, int longestWord) : ISubwordModel
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly int longestEntry = vocabulary.Keys.Select(static spelling => spelling.Length).DefaultIfEmpty().Max();

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> piece, TokenRun output)
    {
        var first = output.Ids.Count;
        var end = Encoding.UTF8.GetByteCount(piece);
        if (piece.Length - CountPairs(piece) > longestWord || !Cover(piece, output))
        {
            output.Ids.RemoveRange(first, output.Ids.Count - first);
            output.ByteEnds.RemoveRange(first, output.ByteEnds.Count - first);
            output.Add(unknownId, end);
        }
    }

    private static int CountPairs(ReadOnlySpan<char> text)
    {
        var pairs = 0;
        foreach (var unit in text)
        {
            pairs += char.IsHighSurrogate(unit) ? 1 : 0;
        }

        return pairs;
    }

    private bool Cover(ReadOnlySpan<char> word, TokenRun output)
    {
        var candidate = new char[continuation.Length + Math.Min(word.Length, longestEntry)];
        continuation.CopyTo(candidate);
        var byteEnd = 0;
        for (var start = 0; start < word.Length;)
        {
            var prefix = start == 0 ? 0 : continuation.Length;
            var length = Math.Min(word.Length - start, Math.Max(0, longestEntry - prefix));
            var id = -1;
            for (; length > 0; length--)
            {
                word.Slice(start, length).CopyTo(candidate.AsSpan(prefix));
                if (lookup.TryGetValue(candidate.AsSpan(0, prefix + length), out id))
                {
                    break;
                }
            }

            if (length <= 0)
            {
                return false;
            }

            byteEnd += Encoding.UTF8.GetByteCount(word.Slice(start, length));
            output.Add(id, byteEnd);
            start += length;
            continuation.CopyTo(candidate);
        }

        return true;
    }
}
