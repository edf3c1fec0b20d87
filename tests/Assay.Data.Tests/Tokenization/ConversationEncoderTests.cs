using Assay.Data.Tokenization;

namespace Assay.Data.Tests.Tokenization;

public sealed class ConversationEncoderTests
{
    private static readonly ChatMessage[] Messages =
    [
        new("system", "Short."), new("user", "What does Count do?"), new("assistant", "Returns the number of elements."),
        new("user", "And?"), new("assistant", "Größe 🦙"),
    ];

    [Fact]
    public void Only_what_the_assistant_says_is_learnt_with_its_end_token()
    {
        var encoded = Encode(TinyTokenizer.ChatTemplateSource, new(512));
        Assert.Equal(TurnCoverage.All, encoded.Coverage);
        Assert.Equal("Returns the number of elements.<|im_end|>\nGröße 🦙<|im_end|>\n", Learnt(encoded));
        Assert.Equal(TinyTokenizer.Tokenizer.Encode(encoded.Text), encoded.Ids);
        Assert.Equal(["Returns the number of elements.<|im_end|>\n", "Größe 🦙<|im_end|>\n"], encoded.Trained.Select(span => encoded.Text[span.Start..span.End]));
    }

    [Fact]
    public void Everything_is_learnt_when_asked()
    {
        var encoded = Encode(TinyTokenizer.ChatTemplateSource, new(512, TrainedPart.Everything));
        Assert.Equal(encoded.Ids, encoded.Labels);
        Assert.Equal(encoded.Ids.Length, encoded.TrainedTokens);
    }

    [Fact]
    public void Tokens_behind_the_cut_off_are_dropped_and_counted()
    {
        var whole = Encode(TinyTokenizer.ChatTemplateSource, new(512));
        var cut = Encode(TinyTokenizer.ChatTemplateSource, new(20));
        Assert.Equal((20, 20, whole.Ids.Length - 20), (cut.Ids.Length, cut.Labels.Length, cut.DroppedTokens));
        Assert.Equal(whole.Labels[..20], cut.Labels);
        Assert.Equal(0, whole.DroppedTokens);
        Assert.Throws<ArgumentOutOfRangeException>(() => Encode(TinyTokenizer.ChatTemplateSource, new(0)));
    }

    [Fact]
    public void A_template_that_rewrites_history_trains_the_last_turn_only()
    {
        const string Rewriting =
            "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.role == 'assistant' and not loop.last %}{{ m.content[:3] }}{% else %}{{ m.content }}{% endif %}<|im_end|>\n{% endfor %}" +
            "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
        var encoded = Encode(Rewriting, new(512));
        Assert.Equal(TurnCoverage.LastTurnOnly, encoded.Coverage);
        Assert.Equal("Größe 🦙<|im_end|>\n", Learnt(encoded));
    }

    [Fact]
    public void Nothing_is_learnt_when_no_turn_can_be_told_apart()
    {
        var encoded = Encode("{{ messages | length }}{% for m in messages %}{{ m.content }}{% endfor %}", new(512));
        Assert.Equal((TurnCoverage.None, 0), (encoded.Coverage, encoded.TrainedTokens));
    }

    [Fact]
    public void A_published_template_with_hidden_reasoning_is_learnt_where_it_can_be()
    {
        var tokenizer = TokenizerGoldenTests.Tokenizer("qwen3");
        var config = TokenizerConfig.LoadFolder(Assay.Testing.Goldens.Require("tokenizers/qwen3"));
        var encoder = new ConversationEncoder(tokenizer, ChatTemplate.Parse(config.ChatTemplate!), new(512) { Context = config.SpecialTokens });
        var encoded = encoder.Encode(Messages);
        var learnt = tokenizer.Decode(encoded.Labels.Where(static label => label != ConversationEncoder.NotTrained).ToArray());
        Assert.Equal(TurnCoverage.LastTurnOnly, encoded.Coverage);
        Assert.Equal("<think>\n\n</think>\n\nGröße 🦙<|im_end|>\n", learnt);
    }

    private static EncodedConversation Encode(string template, ConversationEncoderOptions options) =>
        new ConversationEncoder(TinyTokenizer.Tokenizer, ChatTemplate.Parse(template), options).Encode(Messages);

    private static string Learnt(EncodedConversation encoded) =>
        TinyTokenizer.Tokenizer.Decode(encoded.Labels.Where(static label => label != ConversationEncoder.NotTrained).ToArray());
}
