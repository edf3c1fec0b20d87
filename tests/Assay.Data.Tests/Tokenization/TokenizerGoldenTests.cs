using System.IO.Compression;
using System.Text.Json;
using Assay.Data.Tokenization;
using Assay.Testing;

namespace Assay.Data.Tests.Tokenization;

public sealed class TokenizerGoldenTests
{
    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama3")]
    [InlineData("qwen3")]
    [InlineData("deepseek_v3")]
    public void Token_ids_and_decoded_text_equal_the_reference(string name)
    {
        var tokenizer = Tokenizer(name);
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Goldens.Require($"tokenizers/{name}/golden_tokens.json")));
        var samples = golden.RootElement.GetProperty("samples").EnumerateArray().ToList();
        Assert.True(samples.Count >= 20);
        foreach (var sample in samples)
        {
            var text = sample.GetProperty("text").GetString()!;
            var ids = Ids(sample.GetProperty("ids"));
            Assert.Equal(ids, tokenizer.Encode(text));
            Assert.Equal(sample.GetProperty("decoded").GetString(), tokenizer.Decode(ids));
            var withSpecial = sample.TryGetProperty("ids_with_special", out var special) ? Ids(special) : ids;
            Assert.Equal(withSpecial, tokenizer.EncodeWithSpecials(text));
            AssertSpansCover(text, tokenizer.EncodeWithOffsets(text), ids);
        }

        foreach (var disputed in golden.RootElement.GetProperty("disputed").EnumerateArray())
        {
            Assert.Equal(Ids(disputed.GetProperty("ids_independent")), tokenizer.Encode(disputed.GetProperty("text").GetString()!));
        }
    }

    [Theory]
    [InlineData("gpt-2", "gpt2")]
    [InlineData("llama-bpe", "llama3")]
    [InlineData("qwen2", "qwen3")]
    public void The_published_vocabulary_tests_agree(string pairs, string name)
    {
        var tokenizer = Tokenizer(name);
        var input = File.ReadAllText(Goldens.Require($"tokenizers/llamacpp_pairs/{pairs}.inp"));
        var texts = input.Split("\n__ggml_vocab_test__\n");
        var lines = File.ReadAllLines(Goldens.Require($"tokenizers/llamacpp_pairs/{pairs}.out"));
        var compared = 0;
        foreach (var (text, line) in texts.Zip(lines))
        {
            Assert.Equal(line, string.Concat(tokenizer.Encode(text).Select(static id => $" {id}")));
            compared++;
        }

        Assert.True(compared >= 46, $"only {compared} texts compared");
    }

    [Theory]
    [InlineData("llama2")]
    [InlineData("chatglm3")]
    [InlineData("phi3")]
    public void Tokenizers_of_another_kind_are_refused_by_name(string name)
    {
        var error = Assert.Throws<InvalidTokenizerException>(() => Tokenizer(name));
        Assert.Contains("byte-level", error.Message, StringComparison.Ordinal);
    }

    internal static Tokenizer Tokenizer(string name)
    {
        using var file = File.OpenRead(Goldens.Require($"tokenizers/{name}/tokenizer.json.gz"));
        using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        unzipped.CopyTo(bytes);
        return TokenizerJson.Parse(bytes.ToArray());
    }

    private static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(static id => id.GetInt32())];

    private static void AssertSpansCover(string text, EncodedText encoded, int[] ids)
    {
        Assert.Equal(ids, encoded.Ids);
        Assert.Equal(ids.Length, encoded.Spans.Length);
        var end = 0;
        foreach (var span in encoded.Spans)
        {
            Assert.True(span.Start <= end && span.End >= end && span.End > span.Start, $"span {span} after {end} in '{text}'");
            end = span.End;
        }

        Assert.Equal(text.Length, end);
    }
}
