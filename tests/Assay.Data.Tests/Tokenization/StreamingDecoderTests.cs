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
        List<string> pieces = [.. ids.Select(decoder.Push), decoder.Flush()];
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

    [Fact]
    public void No_kind_of_tokenizer_streams_half_a_character_whatever_the_ids()
    {
        var random = new Random(5);
        foreach (var (name, tokenizer) in TokenizerKinds.All)
        {
            for (var round = 0; round < 1500; round++)
            {
                // Mostly byte tokens, which lie at the beginning of every small vocabulary: most runs are broken UTF-8, some are not.
                var ids = Enumerable.Range(0, random.Next(1, 14)).Select(_ => random.Next(random.Next(4) == 0 ? tokenizer.VocabularySize : Math.Min(260, tokenizer.VocabularySize))).ToArray();
                ids = round % 3 == 0 ? [.. ids, .. tokenizer.Encode("é🦙"), .. ids] : ids;
                var skips = round % 2 == 0;
                var decoder = new StreamingDecoder(tokenizer, skips);
                List<string> pieces = [.. ids.Select(decoder.Push), decoder.Flush()];
                Assert.All(pieces, piece => Assert.True(IsWellFormed(piece), $"{name} broke a character in {string.Join(' ', ids)}"));
                Assert.Equal(tokenizer.Decode(ids, skips), string.Concat(pieces));
            }
        }
    }

    [Fact]
    public void A_character_of_several_byte_tokens_is_shown_when_its_run_ends()
    {
        var tokenizer = TokenizerJson.Parse(TokenizerKinds.Characters);
        var decoder = new StreamingDecoder(tokenizer);
        Assert.Equal(["", "", "", "éa", ""], (string[])[.. tokenizer.Encode("éa").Select(decoder.Push), decoder.Flush()]);
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[++i])))
            {
                return false;
            }
        }

        return true;
    }
}
