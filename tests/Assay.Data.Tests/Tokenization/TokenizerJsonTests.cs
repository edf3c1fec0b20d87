using System.Text;
using Assay.Data.Tokenization;

namespace Assay.Data.Tests.Tokenization;

public sealed class TokenizerJsonTests
{
    private static readonly Tokenizer Tokenizer = TinyTokenizer.Tokenizer;

    [Fact]
    public void Control_tokens_are_found_in_text_and_left_out_of_a_display()
    {
        var ids = Tokenizer.Encode("a<|im_end|>b");
        Assert.Equal(Tokenizer.IdOf("<|im_end|>"), ids[1]);
        Assert.True(Tokenizer.IsSpecial(ids[1]));
        Assert.Equal("ab", Tokenizer.Decode(ids, skipSpecial: true));
        Assert.Equal("<|im_end|>", Tokenizer.TokenOf(ids[1]));
        Assert.Null(Tokenizer.IdOf("absent"));
        Assert.Null(Tokenizer.TokenOf(-1));
        Assert.Equal("", Tokenizer.Decode([-1, 1 << 20]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFFFE e\u0301\uFFFE")]
    [InlineData("👨‍👩‍👧 \uD83E\uDD99x")]
    public void Text_comes_back_as_it_was(string text) => Assert.Equal(text, Tokenizer.Decode(Tokenizer.Encode(text)));

    [Fact]
    public void A_lone_surrogate_counts_as_the_replacement_character() =>
        Assert.Equal(Tokenizer.Encode("a\uFFFDb"), Tokenizer.Encode("a\uD800b"));

    [Fact]
    public void Normalised_text_keeps_offsets_into_the_text_as_given()
    {
        var tokenizer = With("\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}");
        var encoded = tokenizer.EncodeWithOffsets("Gro\u0308ße \uFFFEx");
        Assert.Equal("Größe \uFFFEx", tokenizer.Decode(encoded.Ids));
        Assert.Equal((0, 9), (encoded.Spans[0].Start, encoded.Spans[^1].End));
        Assert.Contains(new TextSpan(2, 4), encoded.Spans.Select(static span => span with { Start = Math.Max(2, span.Start), End = Math.Min(4, span.End) }));
    }

    [Fact]
    public void Letters_that_compose_across_clusters_share_their_stretch_and_no_others_do()
    {
        var tokenizer = Small.With(normalizer: new { type = "NFKC" }, model: new { vocab = Small.Vocabulary("가", "ᄂ", "b"), merges = Array.Empty<string>() });
        var encoded = tokenizer.EncodeWithOffsets("ㄱㅏㄴb");
        Assert.Equal("가|ᄂ|b", tokenizer.Tokens("ㄱㅏㄴb"));
        Assert.Equal([new(0, 2), new(2, 3), new(3, 4)], encoded.Spans);
    }

    [Fact]
    public void A_template_post_processor_adds_its_specials_only_when_asked()
    {
        const string Template = """
            "post_processor": {"type": "Sequence", "processors": [{"type": "ByteLevel"}, {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<|im_start|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<|im_end|>", "type_id": 0}}],
            "pair": [], "special_tokens": {"<|im_start|>": {"id": "<|im_start|>", "ids": [0], "tokens": []}, "<|im_end|>": {"id": "<|im_end|>", "ids": [1], "tokens": []}}}]}, "ignored":
            """;
        var tokenizer = With("\"post_processor\":", Template);
        Assert.Equal([0, .. tokenizer.Encode("x"), 1], tokenizer.EncodeWithSpecials("x"));
    }

    [Fact]
    public void A_mebibyte_without_a_word_end_is_encoded_by_the_same_merges_as_short_words()
    {
        var word = string.Concat(Enumerable.Repeat("Returns", (1 << 20) / 7));
        var ids = Tokenizer.Encode(word);
        Assert.Equal(PlainMerge("ReturnsReturnsReturns"), ids[..PlainMerge("ReturnsReturnsReturns").Length]);
        Assert.Equal(word, Tokenizer.Decode(ids));
    }

    [Fact]
    public void Long_and_short_words_merge_alike()
    {
        var random = new Random(1);
        for (var round = 0; round < 50; round++)
        {
            var word = new string([.. Enumerable.Range(0, 200).Select(_ => "elmntsurb"[random.Next(9)])]);
            Assert.Equal(PlainMerge(word), Tokenizer.Encode(word));
        }
    }

    [Theory]
    [InlineData("\"type\": \"BPE\"", "\"type\": \"WordLevel\"", "WordLevel")]
    [InlineData("\"normalizer\": null", "\"normalizer\": {\"type\": \"BertNormalizer\"}", "BertNormalizer")]
    [InlineData("\"type\": \"Split\"", "\"type\": \"UnicodeScripts\"", "UnicodeScripts")]
    [InlineData("\"post_processor\": {", "\"post_processor\": {\"type\": \"RobertaProcessing\"}, \"ignored\": {", "RobertaProcessing")]
    [InlineData("\"Isolated\"", "\"Sideways\"", "Sideways")]
    [InlineData("\"decoder\": {", "\"decoder\": {\"type\": \"CTC\"}, \"ignored\": {", "CTC")]
    [InlineData("\"dropout\": null", "\"dropout\": 0.1", "dropout")]
    [InlineData("\"end_of_word_suffix\": null", "\"end_of_word_suffix\": \"</w>\"", "end_of_word_suffix")]
    public void Another_kind_is_refused_by_its_name(string old, string replacement, string named)
    {
        var error = Assert.Throws<InvalidTokenizerException>(() => With(old, replacement));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_absent_file_and_a_broken_name_are_refused()
    {
        Assert.Throws<InvalidTokenizerException>(() => TokenizerJson.Load("/absent/tokenizer.json"));
        Assert.Throws<InvalidTokenizerException>(() => TokenizerJson.Parse("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"\\ud800\":0},\"merges\":[]}}"u8.ToArray()));
    }

    private static Tokenizer With(string old, string replacement)
    {
        var text = Encoding.UTF8.GetString(TinyTokenizer.File);
        Assert.Contains(old, text, StringComparison.Ordinal);
        return TokenizerJson.Parse(Encoding.UTF8.GetBytes(text.Replace(old, replacement, StringComparison.Ordinal)));
    }

    private static int[] PlainMerge(string word)
    {
        using var file = System.Text.Json.JsonDocument.Parse(TinyTokenizer.File);
        var merges = file.RootElement.GetProperty("model").GetProperty("merges").EnumerateArray().Select(static merge => merge.GetString()!.Split(' ')).ToList();
        var symbols = word.Select(static unit => unit.ToString()).ToList();
        foreach (var merge in merges)
        {
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (symbols[i] == merge[0] && symbols[i + 1] == merge[1])
                {
                    symbols[i] += symbols[i + 1];
                    symbols.RemoveAt(i + 1);
                }
            }
        }

        return [.. symbols.Select(static symbol => Tokenizer.IdOf(symbol)!.Value)];
    }
}
