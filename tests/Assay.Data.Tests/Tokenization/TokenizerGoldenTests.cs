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
    [InlineData("llama2")]
    [InlineData("chatglm3")]
    [InlineData("phi3")]
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
    [InlineData("llama-spm", "llama2")]
    [InlineData("phi-3", "phi3")]
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
    [InlineData("v1")]
    [InlineData("v3")]
    public void SentencePiece_ids_and_decoded_text_equal_the_reference(string version)
    {
        var tokenizer = SentencePieceModel.Load(Goldens.Require($"tokenizers/mistral/tokenizer.model.{version}"));
        var samples = Samples($"tokenizers/mistral/golden_tokens_{version}.json");
        Assert.True(samples.Count >= 60);
        foreach (var sample in samples)
        {
            var text = sample.GetProperty("text").GetString()!;
            var ids = Ids(sample.GetProperty("ids"));
            Assert.Equal(ids, tokenizer.Encode(text));
            Assert.Equal(sample.GetProperty("decoded").GetString(), tokenizer.Decode(ids));
            Assert.Equal(ids, tokenizer.EncodeWithOffsets(text).Ids);
        }
    }

    [Fact]
    public void Both_files_of_a_model_give_the_same_ids()
    {
        var llama2 = SentencePieceModel.Load(Goldens.Require("tokenizers/llama2/tokenizer.model"));
        var llama3 = TiktokenFile.Parse(Unzipped("tokenizers/llama3/tokenizer.model.gz"), Unzipped("tokenizers/llama3/tokenizer.json.gz"));
        foreach (var (name, tokenizer) in (ReadOnlySpan<(string, Tokenizer)>)[("llama2", llama2), ("llama3", llama3)])
        {
            foreach (var sample in Samples($"tokenizers/{name}/golden_tokens.json").Where(static sample => sample.GetProperty("double_checked").GetBoolean()))
            {
                Assert.Equal(Ids(sample.GetProperty("ids")), tokenizer.Encode(sample.GetProperty("text").GetString()!));
            }
        }
    }

    internal static Tokenizer Tokenizer(string name)
    {
        return TokenizerJson.Parse(Unzipped($"tokenizers/{name}/tokenizer.json.gz"));
    }

    private static byte[] Unzipped(string path)
    {
        using var file = File.OpenRead(Goldens.Require(path));
        using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        unzipped.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static List<JsonElement> Samples(string path)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Goldens.Require(path)));
        return [.. golden.RootElement.GetProperty("samples").EnumerateArray().Select(static sample => sample.Clone())];
    }

    private static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(static id => id.GetInt32())];

    private static void AssertSpansCover(string text, EncodedText encoded, int[] ids)
    {
        Assert.Equal(ids, encoded.Ids);
        Assert.Equal(ids.Length, encoded.Spans.Length);
        var end = 0;
        foreach (var span in encoded.Spans)
        {
            // A mark that was put in front of a stretch stands for no character, so its span is empty.
            Assert.True(span.Start <= end && span.End >= end, $"span {span} after {end} in '{text}'");
            end = span.End;
        }

        Assert.Equal(text.Length, end);
    }
}
