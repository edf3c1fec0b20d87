using Assay.Data.Tokenization;
using Assay.Data.Tokenization.Patterns;

namespace Assay.Data.Tests.Tokenization;

/// <summary>Where a tokenizer written from the format's description alone goes wrong: one test for each.</summary>
public sealed class TokenizerTrapTests
{
    [Fact]
    public void Letters_beyond_the_basic_plane_are_letters()
    {
        var words = SplitPattern.FromRegex(@"\p{L}+|\p{N}");
        Assert.Equal(["𝒜b𐐀", "𝟗"], Matches(words, "🦙𝒜b𐐀🦙 𝟗"));
    }

    [Fact]
    public void A_byte_order_mark_and_a_zero_width_space_are_no_blanks()
    {
        var blanks = SplitPattern.FromRegex(@"\s");
        Assert.Equal(["\u00A0", "\u3000", "\u0085", "\u2028"], Matches(blanks, "a\uFEFFb\u200Bc\u00A0d\u3000\u0085\u2028\u180E"));
    }

    [Fact]
    public void The_longest_added_token_wins_and_is_found_before_text_is_normalised()
    {
        var tokenizer = Small.Parse(new()
        {
            ["added_tokens"] = (object[])[
                new { id = 300, content = "<A>", special = true, normalized = false },
                new { id = 301, content = "<A>b", special = false, normalized = false }],
            ["normalizer"] = new { type = "Lowercase" },
            ["model"] = Small.LlamaModel(),
        });
        Assert.Equal("a|<A>b|b|<A>|a", tokenizer.Tokens("A<A>bB<A>a"));
    }

    [Fact]
    public void A_normalised_token_is_sought_with_the_mark_that_normalising_puts_before_it()
    {
        var tokenizer = Small.Llama(normalized: true);
        Assert.Equal("<s>|a|<0x3C>|<0x2F>|s|<0x3E>", tokenizer.Tokens("<s>a</s>"));
        Assert.Equal("<s>|▁|a|</s>", Small.Llama(normalized: false).Tokens("<s>a</s>"));
    }

    [Fact]
    public void Every_stretch_between_added_tokens_gets_a_mark()
    {
        var tokenizer = Small.Llama(normalized: false, "b o", "bo s");
        Assert.Equal("<s>|▁|bos|</s>|▁|a", tokenizer.Tokens("<s>bos</s>a"));
        Assert.Equal("<s> bos</s> a", tokenizer.Decode(tokenizer.Encode("<s>bos</s>a")));
        Assert.Equal("bos", tokenizer.Decode(tokenizer.Encode("bos")));
    }

    [Fact]
    public void Merges_are_texts_or_pairs_and_missing_options_have_defaults()
    {
        var vocabulary = Small.Vocabulary("a", "b", " ", "ab", "a b", "é");
        var old = Small.With(model: new { vocab = vocabulary, merges = (string[])["a b"] });
        var pairs = Small.With(model: new { type = "BPE", vocab = vocabulary, merges = (string[][])[["a", "b"]] });
        Assert.Equal("ab| |a", old.Tokens("ab a"));
        Assert.Equal("ab| |a", pairs.Tokens("ab aü"));
    }

    [Fact]
    public void A_whole_word_of_the_vocabulary_needs_no_merges_when_the_file_says_so()
    {
        object Model(bool ignore) => new { type = "BPE", ignore_merges = ignore, vocab = Small.Vocabulary("a", "b", "c", "ab", "bc", "abc"), merges = (string[])["b c"] };
        Assert.Equal("abc", Small.With(model: Model(true)).Tokens("abc"));
        Assert.Equal("a|bc", Small.With(model: Model(false)).Tokens("abc"));
    }

    [Theory]
    [InlineData(true, true, "a|<0xC3>|<0xBC>|<0xC3>|<0xBC>|b")]
    [InlineData(false, true, "a|<unk>|b")]
    [InlineData(false, false, "a|<unk>|<unk>|b")]
    public void Unknown_characters_become_bytes_or_one_unknown_token_or_several(bool bytes, bool fuse, string expected)
    {
        var model = Small.LlamaModel();
        (model["byte_fallback"], model["fuse_unk"]) = (bytes, fuse);
        Assert.Equal(expected, Small.With(model: model).Tokens("aüüb"));
    }

    [Fact]
    public void A_document_without_a_pre_tokeniser_is_merged_across_what_looks_like_words()
    {
        var tokenizer = Small.Llama(normalized: false, "b ▁", "b▁ c", "▁ ▁", "▁▁ ▁▁");
        Assert.Equal("▁|a|b▁c|▁▁▁▁|▁|b▁", tokenizer.Tokens("ab c     b "));
    }

    [Fact]
    public void Normalising_changes_text_for_good()
    {
        var tokenizer = Small.With(normalizer: new { type = "NFC" }, decoder: new { type = "Fuse" }, model: new { vocab = Small.Vocabulary("e", "é", "\u0301"), merges = Array.Empty<string>() });
        Assert.Equal("é", tokenizer.Decode(tokenizer.Encode("e\u0301")));
    }

    [Fact]
    public void Token_fields_of_the_configuration_are_texts_or_objects()
    {
        var config = TokenizerConfig.Parse("""{"bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}, "pad_token": null}"""u8.ToArray());
        Assert.Equal(("<s>", "</s>", false), (config.BosToken, config.EosToken, config.SpecialTokens.ContainsKey("pad_token")));
    }

    [Fact]
    public void A_rendered_template_holds_its_beginning_token_already()
    {
        var tokenizer = Small.Parse(new()
        {
            ["added_tokens"] = Small.LlamaTokens(normalized: false),
            ["post_processor"] = new
            {
                type = "TemplateProcessing",
                single = (object[])[new { SpecialToken = new { id = "<s>", type_id = 0 } }, new { Sequence = new { id = "A", type_id = 0 } }],
                special_tokens = new Dictionary<string, object> { ["<s>"] = new { id = "<s>", ids = (int[])[1], tokens = (string[])["<s>"] } },
            },
            ["model"] = Small.LlamaModel(),
        });
        Assert.Equal([1, 1], tokenizer.EncodeWithSpecials("<s>"));
        Assert.Equal([1], tokenizer.Encode("<s>"));
        Assert.Equal([1], tokenizer.EncodeWithSpecials(""));
    }

    [Fact]
    public void Nothing_is_put_in_front_of_an_empty_text() => Assert.Equal([], Small.Llama().Encode(""));

    [Fact]
    public void A_bracket_inside_a_class_opens_a_set()
    {
        var bloom = SplitPattern.FromRegex(@" ?[^(\s|[.,!?…。，、।۔،])]+");
        Assert.Equal(["ab", "]d", " e"], Matches(bloom, "ab,]d e"));
        Assert.Equal(["a", "b"], Matches(bloom, "a|b"));
    }

    private static IEnumerable<string> Matches(SplitPattern pattern, string text) => pattern.Find(text).Select(span => text[span.Start..span.End]);
}
