using System.Text;
using Assay.Data.Tokenization;

namespace Assay.Data.Tests.Tokenization;

public sealed class StreamingDecoderTests
{
    [Fact]
    public void Pieces_never_end_inside_a_character_and_add_up_to_the_whole()
    {
        const string Text = "Größe 数 🦙<|im_end|> end";
        var ids = TinyTokenizer.Tokenizer.Encode(Text);
        var decoder = new StreamingDecoder(TinyTokenizer.Tokenizer);
        var pieces = ids.Select(decoder.Push).Append(decoder.Flush()).ToList();
        Assert.DoesNotContain(pieces, static piece => piece.Contains('\uFFFD') || (piece.Length > 0 && char.IsHighSurrogate(piece[^1])));
        Assert.Contains("", pieces[..^1]);
        Assert.Equal(Text, string.Concat(pieces));
    }

    [Fact]
    public void Random_ids_stream_as_they_decode()
    {
        var random = new Random(4);
        for (var round = 0; round < 300; round++)
        {
            var ids = Enumerable.Range(0, 40).Select(_ => random.Next(-1, TinyTokenizer.Tokenizer.VocabularySize + 1)).ToArray();
            var decoder = new StreamingDecoder(TinyTokenizer.Tokenizer, skipSpecial: true);
            var streamed = new StringBuilder();
            foreach (var id in ids)
            {
                streamed.Append(decoder.Push(id));
            }

            Assert.Equal(TinyTokenizer.Tokenizer.Decode(ids, skipSpecial: true), streamed.Append(decoder.Flush()).ToString());
        }
    }
}
