using System.Text;

namespace Assay.Data.Tokenization.Subwords;

/// <summary>The most likely split of a text under a unigram language model (Kudo 2018, arXiv:1804.10959), found by Viterbi's algorithm.</summary>
/// <remarks>Equal scores: the split found first wins, as in the reference, so the order of comparison matters.</remarks>
internal sealed class UnigramModel : ISubwordModel
{
    private const double UnknownPenalty = 10;

    private readonly UnigramPieces pieces;
    private readonly PieceTrie trie;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> vocabulary;
    private readonly double unknownScore;

    public UnigramModel(UnigramPieces pieces)
    {
        this.pieces = pieces;
        trie = new(pieces.Vocabulary);
        vocabulary = pieces.Vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        unknownScore = pieces.Round(pieces.LowestScore - UnknownPenalty);
    }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> piece, TokenRun output)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(piece)];
        Encoding.UTF8.GetBytes(piece, bytes);
        var (begins, ids) = BestSplit(bytes);
        List<(int Start, int End, int Id)> parts = [];
        for (var end = bytes.Length; end > 0; end = begins[end])
        {
            // Neighbouring unknown characters are one unknown token.
            if (pieces.FuseUnknown && ids[end] == pieces.UnknownId && parts is [.., var right] && right.Id == pieces.UnknownId)
            {
                parts[^1] = right with { Start = begins[end] };
            }
            else
            {
                parts.Add((begins[end], end, ids[end]));
            }
        }

        for (var i = parts.Count - 1; i >= 0; i--)
        {
            Add(bytes, parts[i], output);
        }
    }

    private void Add(byte[] bytes, (int Start, int End, int Id) part, TokenRun output)
    {
        var id = part.Id;
        var span = bytes.AsSpan(part.Start, part.End - part.Start);
        var known = id != pieces.UnknownId || vocabulary.TryGetValue(Encoding.UTF8.GetString(span), out id);
        if (known || pieces.IdOfByte.Length == 0 || HasMissingByte(span))
        {
            output.Add(known ? id : pieces.UnknownId, part.End);
            return;
        }

        for (var i = part.Start; i < part.End; i++)
        {
            output.Add(pieces.IdOfByte[bytes[i]], i + 1);
        }
    }

    private bool HasMissingByte(ReadOnlySpan<byte> span)
    {
        foreach (var value in span)
        {
            if (pieces.IdOfByte[value] < 0)
            {
                return true;
            }
        }

        return false;
    }

    private (int[] Begins, int[] Ids) BestSplit(byte[] bytes)
    {
        var scores = new double[bytes.Length + 1];
        var begins = new int[bytes.Length + 1];
        var ids = new int[bytes.Length + 1];
        Array.Fill(begins, -1);
        for (var start = 0; start < bytes.Length;)
        {
            var width = Width(bytes[start]);
            var single = false;
            var node = 0;
            for (var end = start; end < bytes.Length && trie.Step(ref node, bytes[end], out var id); end++)
            {
                if (id >= 0)
                {
                    Offer(end + 1, id, pieces.ScoreOf(id, end + 1 - start) + scores[start]);
                    single |= end + 1 - start == width;
                }
            }

            if (!single)
            {
                Offer(start + width, pieces.UnknownId, pieces.Round(unknownScore + scores[start]));
            }

            start += width;

            void Offer(int end, int id, double candidate)
            {
                if (begins[end] < 0 || candidate > scores[end])
                {
                    (scores[end], begins[end], ids[end]) = (pieces.Round(candidate), start, id);
                }
            }
        }

        return (begins, ids);
    }

    private static int Width(byte lead) => lead switch { < 0x80 => 1, < 0xE0 => 2, < 0xF0 => 3, _ => 4 };
}
