namespace Assay.Data.Tokenization.Subwords;

/// <summary>Finds places where no merge can reach across, so that a document without word ends can be encoded word by word.</summary>
/// <remarks>
/// A merge of A and B joins the last character of A with the first of B. Two neighbours that no merge joins stay apart whatever stands around them,
/// so both sides can be encoded on their own: the ids are the same, and most words then come from the cache.
/// </remarks>
internal sealed class MergeBoundaries
{
    private const int Ascii = 128;

    private readonly CharacterSymbols symbols;
    private readonly HashSet<uint> joined = [];
    private readonly bool[] joinedAscii = new bool[Ascii * Ascii];
    private readonly bool cutsAroundUnknown;

    /// <param name="symbols">Which characters the vocabulary has.</param>
    /// <param name="merges">Spellings of the two sides of every merge.</param>
    /// <param name="isByteOrUnknown">True for the spellings that stand for bytes or for unknown characters.</param>
    public MergeBoundaries(CharacterSymbols symbols, IEnumerable<(string Left, string Right)> merges, Func<string, bool> isByteOrUnknown)
    {
        this.symbols = symbols;
        cutsAroundUnknown = symbols.AllBytes;
        foreach (var (left, right) in merges.Where(static merge => merge.Left.Length > 0 && merge.Right.Length > 0))
        {
            joined.Add(Pair(left[^1], right[0]));
            cutsAroundUnknown &= !isByteOrUnknown(left) && !isByteOrUnknown(right);
        }

        for (var i = 0; i < joinedAscii.Length; i++)
        {
            joinedAscii[i] = Joins((char)(i / Ascii), (char)(i % Ascii));
        }
    }

    /// <summary>The end of the word that begins at <paramref name="start"/>.</summary>
    public int Next(ReadOnlySpan<char> text, int start)
    {
        var position = start + 1;
        while (position < text.Length)
        {
            var (left, right) = (text[position - 1], text[position]);
            var stays = (left | right) < Ascii ? joinedAscii[(left * Ascii) + right] : Joins(left, right);
            if (!stays)
            {
                return position;
            }

            position++;
        }

        return text.Length;
    }

    private static uint Pair(char left, char right) => ((uint)left << 16) | right;

    private bool Joins(char left, char right)
    {
        // Characters beyond U+FFFF are never cut from their neighbours: two units are one character there.
        if (char.IsSurrogate(left) || char.IsSurrogate(right))
        {
            return true;
        }

        return symbols.Knows(left) && symbols.Knows(right) ? joined.Contains(Pair(left, right)) : !cutsAroundUnknown;
    }
}
