using System.IO.Compression;
using System.Text.Json;
using Assay.Data.Formats;
using Assay.Data.Formats.Gguf;
using Assay.Data.Tokenization;
using Assay.Models.Export;
using Assay.Testing;

namespace Assay.Models.Tests.Export;

public sealed class GgufTokensTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("assay-tokens-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    // Our ids of llama.cpp's test text hash to the values that its converter has for the published files.
    [Theory]
    [InlineData("gpt2", "<|endoftext|>", "gpt-2", "3ce83efda5659b07b1ad37ca97ca5797ea4285d9b9ab0dc679e4a720c9da7454")]
    [InlineData("llama3", "<|begin_of_text|>", "llama-bpe", "0ef9807a4087ebef797fc749390439009c3b9eda9ad1a097abbe738f486c01e5")]
    [InlineData("qwen3", "<|endoftext|>", "qwen2", "e636dc30a262dcc0d8c323492e32ae2b70728f4df7dfe9737d9f920a282b8aea")]
    [InlineData("deepseek_v3", "<｜begin▁of▁sentence｜>", "deepseek-v3", "877081d19cf6996e2c4ff0e1236341e9b7bde288f5311a56a937f0afbbb3aeb5")]
    public void Published_tokenizers_are_known_by_their_fingerprint(string golden, string begin, string rule, string fingerprint)
    {
        byte[] file = Unzipped($"tokenizers/{golden}/tokenizer.json.gz");
        var tokenizer = TokenizerJson.Parse(file);
        using var json = JsonDocument.Parse(file);

        Assert.Contains(fingerprint, SplittingRule.Fingerprints(tokenizer, tokenizer.IdOf(begin)));
        Assert.Equal(rule, SplittingRule.NameOf(tokenizer, json.RootElement, tokenizer.IdOf(begin)));
    }

    // LLaMA 2's merges came from a SentencePiece model whose scores fall with the id; its runs of blanks were added later, at the end of the list.
    [Fact]
    public void Scores_follow_the_order_of_the_sentencepiece_model()
    {
        using var json = JsonDocument.Parse(Unzipped("tokenizers/llama2/tokenizer.json.gz"));
        var vocabulary = json.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject().ToDictionary(entry => entry.Value.GetInt32(), entry => entry.Name);
        string[] tokens = [.. Enumerable.Range(0, vocabulary.Count).Select(id => vocabulary[id])];
        string[] merges = [.. json.RootElement.GetProperty("model").GetProperty("merges").EnumerateArray().Select(merge => merge.GetString()!)];

        float[] scores = SubwordScores.Of(tokens, [.. tokens.Select((_, id) => id >= 259)], merges);

        int[] joined = [.. Enumerable.Range(259, tokens.Length - 259).Where(id => scores[id] < 0 && tokens[id].Trim('▁').Length > 0)];
        Assert.True(joined.Length > 28_000);
        Assert.Equal(joined, joined.OrderByDescending(id => scores[id]));
    }

    [Theory]
    [InlineData("a b|ab c|b c", "could be joined", "a", "b", "c", "ab", "abc", "bc")]
    [InlineData("a b|b c|ab c|a bc|ab a|abc a|a b", "stand together", "a", "b", "c", "ab", "bc", "abc")]
    [InlineData("ab", "no pair", "a", "b", "ab")]
    public void Merges_that_scores_cannot_tell_are_refused(string merges, string why, params string[] tokens) =>
        Assert.Contains(why, Assert.Throws<ExportRefusedException>(() => SubwordScores.Of(tokens, [.. tokens.Select(_ => true)], merges.Split('|'))).Message, StringComparison.Ordinal);

    [Fact]
    public void The_starter_model_becomes_one_whole_file()
    {
        string folder = Path.Combine(Repository.Root, "models", "starter");
        using var model = BaseModel.Load(folder);
        using var source = ExportSource.Open(model, adapterFolder: null);
        string path = Path.Combine(root, "starter.gguf");

        GgufExport.Write(model, source, path, GgufType.Q8_0);

        var file = GgufReading.Of(path);
        Assert.Equal("llama", file.Values["general.architecture"]);
        Assert.Equal("starter", file.Values["general.name"]);
        Assert.Equal(("gpt2", "qwen2"), ((string)file.Values["tokenizer.ggml.model"], (string)file.Values["tokenizer.ggml.pre"]));
        object[] tokens = (object[])file.Values["tokenizer.ggml.tokens"];
        object[] types = (object[])file.Values["tokenizer.ggml.token_type"];
        Assert.Equal((4096, 4096), (tokens.Length, types.Length));
        Assert.Equal(("<|endoftext|>", 3), ((string)tokens[0], (int)types[0]));
        Assert.Equal(("Ā", 1), ((string)tokens[5], (int)types[5]));
        Assert.Equal((0u, 4u, false), ((uint)file.Values["tokenizer.ggml.bos_token_id"], (uint)file.Values["tokenizer.ggml.eos_token_id"], (bool)file.Values["tokenizer.ggml.add_bos_token"]));
        Assert.StartsWith("{{ bos_token }}", (string)file.Values["tokenizer.chat_template"], StringComparison.Ordinal);
        Assert.Equal(8u, file.TypeOf("blk.0.attn_q.weight"));
        Assert.Equal(0u, file.TypeOf("blk.0.attn_norm.weight"));
        Assert.DoesNotContain("output.weight", file.Shapes.Keys); // tied

        using var checkpoint = model.OpenCheckpoint();
        var (home, entry) = checkpoint.Find("model.layers.3.mlp.down_proj.weight")!.Value;
        using var expected = Assay.Models.Reference.TensorBytes.ToFloat32(home, entry);
        float[] wanted = expected.data<float>().ToArray();
        float[] read = file.Floats("blk.3.ffn_down.weight");
        for (int index = 0; index < wanted.Length; index++)
        {
            float largest = wanted.AsSpan(index / 32 * 32, 32).ToArray().Max(float.Abs);
            Assert.InRange(read[index], wanted[index] - (largest / 127 * 0.57f), wanted[index] + (largest / 127 * 0.57f));
        }
    }

    [Fact]
    public void A_sentencepiece_style_tokenizer_gets_scores_and_byte_tokens()
    {
        string folder = Path.Combine(root, "spm");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "tokenizer.json"), Unzipped("tokenizers/llama2/tokenizer.json.gz"));
        File.Copy(Goldens.Require("tokenizers/llama2/tokenizer_config.json"), Path.Combine(folder, "tokenizer_config.json"));
        string config = TinyModel.Config.Replace("\"vocab_size\":61", "\"vocab_size\":32016", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "config.json"), config);
        using (var weights = TinyModel.Create(config))
        {
            SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), weights.Parameters.Select(parameter => Assay.Models.Reference.TensorBytes.Content(parameter.Key, parameter.Value, TensorDtype.F32)));
        }

        using var model = BaseModel.Load(folder);
        using var source = ExportSource.Open(model, adapterFolder: null);
        string path = Path.Combine(root, "spm.gguf");
        GgufExport.Write(model, source, path, GgufType.F16);

        var file = GgufReading.Of(path);
        Assert.Equal(("llama", "default"), ((string)file.Values["tokenizer.ggml.model"], (string)file.Values["tokenizer.ggml.pre"]));
        object[] types = (object[])file.Values["tokenizer.ggml.token_type"];
        Assert.Equal([2, 3, 3, 6, 6], types.Take(5).Select(type => (int)type));
        Assert.Equal(1, (int)types[259]);
        Assert.Equal(5, (int)types[32_015]); // a row without a token
        Assert.Equal("[PAD32015]", ((object[])file.Values["tokenizer.ggml.tokens"])[32_015]);
        Assert.True((bool)file.Values["tokenizer.ggml.add_space_prefix"]);
        Assert.True((bool)file.Values["tokenizer.ggml.add_bos_token"]);
        Assert.Equal(32_016, ((object[])file.Values["tokenizer.ggml.scores"]).Length);
    }

    private static byte[] Unzipped(string relative)
    {
        using var stream = new GZipStream(File.OpenRead(Goldens.Require(relative)), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
