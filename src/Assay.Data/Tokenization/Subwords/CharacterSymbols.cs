using System.Text;

namespace Assay.Data.Tokenization.Subwords;

/// <summary>One symbol for each character of a word; a character the vocabulary lacks becomes its bytes, or the unknown token.</summary>
internal sealed class CharacterSymbols : ISymbols
{
    private readonly int[] idOfUnit = new int[1 << 16];
    private readonly Dictionary<int, int> idOfRune = [];
    private readonly int[] idOfByte;
    private readonly int unknownId;
    private readonly bool fuseUnknown;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> vocabulary;

    /// <param name="vocabulary">Spelling → id.</param>
    /// <param name="idOfByte">The token of each of the 256 bytes, −1 where there is none; empty without byte fallback.</param>
    /// <param name="unknownId">Token of characters that the vocabulary lacks; −1 leaves them out.</param>
    /// <param name="fuseUnknown">True makes one token of neighbouring unknown characters.</param>
    public CharacterSymbols(Dictionary<string, int> vocabulary, int[] idOfByte, int unknownId, bool fuseUnknown)
    {
        this.vocabulary = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        this.idOfByte = idOfByte;
        this.unknownId = unknownId;
        this.fuseUnknown = fuseUnknown;
        Array.Fill(idOfUnit, -1);
        foreach (var (spelling, id) in vocabulary)
        {
            Add(spelling, id);
        }
    }

    /// <summary>True when unknown characters always become bytes, so that neighbours never fuse.</summary>
    public bool AllBytes => idOfByte.Length > 0 && !idOfByte.Contains(-1);

    /// <summary>True when the vocabulary holds a character of the basic plane.</summary>
    public bool Knows(char unit) => idOfUnit[unit] >= 0;

    /// <summary>Gives a character a symbol of its own when it has none; longer spellings are passed over.</summary>
    public void Add(string spelling, int id)
    {
        if (spelling.Length > 0 && Rune.TryGetRuneAt(spelling, 0, out var rune) && rune.Utf16SequenceLength == spelling.Length)
        {
            if (rune.IsBmp)
            {
                idOfUnit[rune.Value] = id;
            }
            else
            {
                idOfRune[rune.Value] = id;
            }
        }
    }

    public int Read(ReadOnlySpan<char> word, Span<int> symbols, Span<int> ends)
    {
        var count = 0;
        var end = 0;
        var afterUnknown = false;
        foreach (var rune in word.EnumerateRunes())
        {
            var id = rune.IsBmp ? idOfUnit[rune.Value] : idOfRune.GetValueOrDefault(rune.Value, -1);
            var start = end;
            end += rune.Utf8SequenceLength;
            if (id >= 0)
            {
                afterUnknown = false;
                symbols[count] = id;
                ends[count++] = end;
            }
            else if (ReadBytes(rune, symbols[count..]) is > 0 and var written)
            {
                afterUnknown = false;
                for (var i = 0; i < written; i++)
                {
                    ends[count++] = start + i + 1;
                }
            }
            else if (afterUnknown && fuseUnknown)
            {
                ends[count - 1] = end;
            }
            else if (unknownId >= 0)
            {
                afterUnknown = true;
                symbols[count] = unknownId;
                ends[count++] = end;
            }
        }

        return count;
    }

    public bool TryWhole(ReadOnlySpan<char> word, out int id) => vocabulary.TryGetValue(word, out id);

    private int ReadBytes(Rune rune, Span<int> symbols)
    {
        if (idOfByte.Length == 0)
        {
            return 0;
        }

        Span<byte> bytes = stackalloc byte[4];
        var length = rune.EncodeToUtf8(bytes);
        for (var i = 0; i < length; i++)
        {
            symbols[i] = idOfByte[bytes[i]];
            if (symbols[i] < 0)
            {
                return 0;
            }
        }

        return length;
    }
}
