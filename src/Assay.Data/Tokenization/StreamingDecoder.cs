using System.Text;

namespace Assay.Data.Tokenization;

/// <summary>Turns token ids into text as they arrive; what it has emitted never changes and never ends inside a character.</summary>
/// <remarks>Everything pushed plus the flush equals decoding all ids at once. Belongs to one reply; not thread-safe.</remarks>
/// <param name="tokenizer">Whose ids arrive.</param>
/// <param name="skipSpecial">True leaves control tokens out.</param>
public sealed class StreamingDecoder(Tokenizer tokenizer, bool skipSpecial = false)
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

    /// <summary>The text that is certain once <paramref name="id"/> has arrived; empty while a character is incomplete.</summary>
    public string Push(int id) => skipSpecial && tokenizer.IsSpecial(id) ? "" : Decode(tokenizer.BytesOf(id), flush: false);

    /// <summary>What is left at the end of the reply: empty, or U+FFFD for a character that never became complete.</summary>
    public string Flush() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        var chars = new char[decoder.GetCharCount(bytes, flush)];
        var count = decoder.GetChars(bytes, chars, flush);
        return new(chars, 0, count);
    }
}
