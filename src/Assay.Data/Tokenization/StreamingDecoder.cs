using Assay.Data.Tokenization.Decoders;

namespace Assay.Data.Tokenization;

/// <summary>Turns token ids into text as they arrive; what it has emitted never changes and never ends inside a character.</summary>
/// <remarks>Everything pushed plus the flush equals decoding all ids at once. Belongs to one reply; not thread-safe.</remarks>
/// <param name="tokenizer">Whose ids arrive.</param>
/// <param name="skipSpecial">True leaves control tokens out.</param>
public sealed class StreamingDecoder(Tokenizer tokenizer, bool skipSpecial = false)
{
    private readonly DecoderRun run = tokenizer.StartDecoding();

    /// <summary>The text that is certain once <paramref name="id"/> has arrived; empty while a character is incomplete.</summary>
    public string Push(int id) =>
        tokenizer.TextOf(id) is { } token && !(skipSpecial && tokenizer.IsSpecial(id)) ? run.Push(token) : "";

    /// <summary>What is left at the end of the reply: empty, or U+FFFD for a character that never became complete.</summary>
    public string Flush() => run.Flush();
}
