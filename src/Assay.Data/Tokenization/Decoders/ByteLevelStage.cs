using System.Text;
using Assay.Data.Tokenization.Subwords;

namespace Assay.Data.Tokenization.Decoders;

/// <summary>Turns byte-level spellings back into text; broken UTF-8 gives U+FFFD. Makes one token of all.</summary>
internal sealed class ByteLevelStage : IDecoderStage
{
    private const int ShortToken = 128;

    private readonly TokenAssembler assembler = new();
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

    public void Push(TokenText token, List<TokenText> output)
    {
        if (assembler.TryComplete(ref token))
        {
            output.Add(new(Decode(token.Literal ? Encoding.UTF8.GetBytes(token.Text) : ByteLevelAlphabet.BytesOf(token.Text), flush: false), Continues: true));
        }
    }

    public void Flush(List<TokenText> output) => output.Add(new(Decode([], flush: true)));

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        // At most one character for each byte, and one for a character that stays broken.
        Span<char> chars = bytes.Length < ShortToken ? stackalloc char[ShortToken + 1] : new char[bytes.Length + 1];
        return chars[..decoder.GetChars(bytes, chars, flush)].ToString();
    }
}
