using System.Text;

namespace Assay.Data.Records;

/// <summary>Turns positions in a decoded text into byte offsets of its UTF-8 form.</summary>
internal sealed class ByteOffsets
{
    private const int Step = 1024;

    private readonly string _text;
    private readonly int[] _marks;

    /// <param name="text">The decoded text.</param>
    /// <param name="firstByte">Offset of its first character.</param>
    public ByteOffsets(string text, int firstByte)
    {
        _text = text;
        _marks = new int[(text.Length / Step) + 1];
        _marks[0] = firstByte;
        for (var mark = 1; mark < _marks.Length; mark++)
        {
            _marks[mark] = _marks[mark - 1] + Count(text.AsSpan((mark - 1) * Step, Step));
        }
    }

    /// <summary>The byte offset of the character at <paramref name="index"/>, which is not the second half of a surrogate pair.</summary>
    public int this[int index]
    {
        get
        {
            var mark = index / Step;
            return _marks[mark] + Count(_text.AsSpan(mark * Step, index - (mark * Step)));
        }
    }

    /// <summary>A pair may straddle a mark: its first half counts as the whole four bytes, its second as none.</summary>
    private static int Count(ReadOnlySpan<char> text)
    {
        var bytes = 0;
        if (!text.IsEmpty && char.IsLowSurrogate(text[0]))
        {
            text = text[1..];
        }

        if (!text.IsEmpty && char.IsHighSurrogate(text[^1]))
        {
            bytes = 4;
            text = text[..^1];
        }

        return bytes + Encoding.UTF8.GetByteCount(text);
    }
}
