using System.Text;
using Assay.Data.Tokenization.Subwords;

namespace Assay.Data.Tokenization.Decoders;

/// <summary>Turns byte-level spellings back into text; broken UTF-8 gives U+FFFD. Makes one token of all.</summary>
internal sealed class ByteLevelStage : IDecoderStage
{
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
        var chars = new char[decoder.GetCharCount(bytes, flush)];
        var count = decoder.GetChars(bytes, chars, flush);
        return new(chars, 0, count);
    }
}
