using Assay.Data.Tokenization;

namespace Assay.Data.Tests.Tokenization;

/// <summary>A small tokenizer trained in the test, with the control tokens of ChatML.</summary>
internal static class TinyTokenizer
{
    public const string ChatTemplateSource =
        "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    public static byte[] File { get; } = BytePairTokenizerFile.TokenizerJson(BytePairTrainer.Train(
        ["user assistant system Returns the number of elements. What does Count do? Größe 数 🦙", "Returns the number of elements. user assistant What does"],
        new(320, ["<|im_start|>", "<|im_end|>"]),
        TestContext.Current.CancellationToken));

    public static Tokenizer Tokenizer { get; } = TokenizerJson.Parse(File);
}
