using System.Text;

namespace Assay.Data.Tokenization.Subwords;

/// <summary>One symbol for each byte of a word's UTF-8, as GPT-2 does, without spelling the bytes out as characters first.</summary>
internal sealed class ByteSymbols : ISymbols
{
    private const int ShortWord = 512;

    private readonly int[] idOfByte;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> vocabulary;
    private readonly int longest;

    /// <param name="vocabulary">Byte-level spelling → id; holds every single byte.</param>
    public ByteSymbols(Dictionary<string, int> vocabulary)
    {
        this.vocabulary = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        idOfByte = [.. Enumerable.Range(0, 256).Select(value => vocabulary[ByteLevelAlphabet.CharOf((byte)value).ToString()])];
        longest = vocabulary.Keys.Max(static spelling => spelling.Length);
    }

    /// <summary>True when a vocabulary has a token for every byte, without which some text could not be encoded.</summary>
    public static bool Covers(Dictionary<string, int> vocabulary) =>
        Enumerable.Range(0, 256).All(value => vocabulary.ContainsKey(ByteLevelAlphabet.CharOf((byte)value).ToString()));

    public int Read(ReadOnlySpan<char> word, Span<int> symbols, Span<int> ends)
    {
        var bytes = symbols.Length <= ShortWord ? stackalloc byte[symbols.Length] : new byte[symbols.Length];
        var count = Encoding.UTF8.GetBytes(word, bytes);
        for (var i = 0; i < count; i++)
        {
            symbols[i] = idOfByte[bytes[i]];
            ends[i] = i + 1;
        }

        return count;
    }

    public bool TryWhole(ReadOnlySpan<char> word, out int id)
    {
        id = -1;
        if (word.Length > longest)
        {
            return false;
        }

        var bytes = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, bytes);
        return bytes.Length <= longest && vocabulary.TryGetValue(string.Create(bytes.Length, bytes, static (chars, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                chars[i] = ByteLevelAlphabet.CharOf(source[i]);
            }
        }), out id);
    }
}
