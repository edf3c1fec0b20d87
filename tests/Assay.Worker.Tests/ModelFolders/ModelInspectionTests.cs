using System.Text.Json;
using Assay.Data.Formats;
using Assay.Testing;
using Assay.Worker.ModelFolders;
using Assay.Worker.Verbs;

namespace Assay.Worker.Tests.ModelFolders;

public sealed class ModelInspectionTests : IDisposable
{
    private static readonly InspectionOptions Options = new(16, 1024);
    private readonly string folder = Directory.CreateTempSubdirectory("assay-inspect-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_starter_model_can_be_used_and_says_all_about_itself()
    {
        var model = ModelInspection.Of(Path.Combine(Repository.Root, "models", "starter"), Options);

        Assert.Empty(model.Problems);
        Assert.Equal("llama", model.ModelType);
        Assert.Equal((8, 192, 512, 4096, true), (model.Blocks!.Value, model.Hidden!.Value, model.Context!.Value, model.Vocabulary!.Value, model.TiedHead!.Value));
        Assert.Equal(4_107_456, model.Parameters);
        Assert.Equal(model.Parameters, model.ParametersByPart!.Values.Sum());
        Assert.Equal(2 * model.Parameters, model.WeightBytes);
        Assert.Equal(["BF16"], model.Dtypes);
        Assert.True(model.ChatTemplate);
        Assert.Equal(5, model.Forecasts.Count);
        Assert.All(model.Forecasts, row => Assert.InRange(row.TotalMib, 256, 400));
        Assert.Contains("stories260K", model.PublishedCheckpoint, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_golden_family_is_described()
    {
        foreach (string golden in Directory.EnumerateDirectories(Goldens.Require("models")))
        {
            var model = ModelInspection.Of(golden, Options);

            Assert.All(model.Problems, problem => Assert.Contains("tokenizer", problem, StringComparison.Ordinal)); // goldens have none
            Assert.Equal(model.Parameters, model.ParametersByPart!.Values.Sum());
            Assert.All(model.ParametersByPart, part => Assert.True(part.Value >= 0, part.Key));
            Assert.NotEmpty(model.Conformance!);
        }
    }

    [Fact]
    public void Weights_are_not_read()
    {
        // A model of 2 GiB whose file has a hole for its data: reading it would take seconds and the memory.
        Copy("config.json", """{"model_type":"llama","vocab_size":65536,"hidden_size":16384,"intermediate_size":8,"num_hidden_layers":1,"num_attention_heads":128,"head_dim":2,"tie_word_embeddings":true}""");
        using (var file = File.Create(Path.Combine(folder, "model.safetensors")))
        {
            byte[] header = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
            {
                ["model.embed_tokens.weight"] = new { dtype = "BF16", shape = new long[] { 65536, 16384 }, data_offsets = new long[] { 0, 1L << 31 } },
            });
            file.Write(BitConverter.GetBytes((long)header.Length));
            file.Write(header);
            file.SetLength(8 + header.Length + (1L << 31));
        }

        long before = GC.GetTotalAllocatedBytes();
        var model = ModelInspection.Of(folder, Options);

        Assert.Equal(1L << 31, model.WeightBytes);
        Assert.Contains(model.Problems, problem => problem.Contains("lacks", StringComparison.Ordinal));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 << 20);
    }

    [Theory]
    [InlineData("""{"model_type":"mamba"}""", "mamba")]
    [InlineData("""{"model_type":"llama","vocab_size":8,"hidden_size":8,"intermediate_size":8,"num_hidden_layers":1,"num_attention_heads":2,"frobnicate":7}""", "frobnicate")]
    [InlineData("""{"model_type":"llama","vocab_size":8,"hidden_size":8,"intermediate_size":8,"num_hidden_layers":1,"num_attention_heads":3}""", "hidden_size")]
    [InlineData("{", "config.json")]
    public void An_unsupported_model_names_the_field(string config, string named)
    {
        Copy("config.json", config);
        var output = new StringWriter();

        Assert.Equal(1, InspectVerb.Run(folder, Options, json: false, output));

        Assert.Contains(output.ToString().Split('\n'), line => line.StartsWith("problem", StringComparison.Ordinal) && line.Contains(named, StringComparison.Ordinal));
        Assert.EndsWith("verdict       cannot be used\n", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void All_reasons_are_told_at_once()
    {
        var model = ModelInspection.Of(Path.Combine(folder, "nowhere"), Options);

        Assert.Equal(3, model.Problems.Count); // no config, no weights, no tokenizer
        Assert.Null(model.ModelType);
    }

    [Fact]
    public void Json_has_the_same_facts()
    {
        var output = new StringWriter();
        Assert.Equal(0, InspectVerb.Run(Path.Combine(Repository.Root, "models", "starter"), Options, json: true, output));

        using var json = JsonDocument.Parse(output.ToString());
        Assert.Equal(4_107_456, json.RootElement.GetProperty("parameters").GetInt64());
        Assert.Equal(786_432, json.RootElement.GetProperty("parameters_by_part").GetProperty("embedding").GetInt64());
        Assert.Equal(0, json.RootElement.GetProperty("problems").GetArrayLength());
        Assert.True(json.RootElement.GetProperty("forecasts")[0].GetProperty("fits").GetBoolean());
    }

    [Theory]
    [InlineData("---\nlicense: mit\n---\n", "mit")]
    [InlineData("---\ntags:\n- a\nlicense: \"apache-2.0\"\nlanguage: en\n---\n# x", "apache-2.0")]
    [InlineData("---\nlicense: other\nlicense_name: my-licence\n---\n", "my-licence")]
    [InlineData("---\nlicense: other\n---\n", "other")]
    [InlineData("---\nlicense: mit\n", null)]
    [InlineData("license: mit\n", null)]
    [InlineData("---\nlicense:\n---\n", null)]
    [InlineData("---\n---\nlicense: mit\n", null)]
    [InlineData("", null)]
    public void The_licence_is_the_cards(string card, string? expected) => Assert.Equal(expected, ModelCard.LicenseIn(card.Split('\n')));

    private void Copy(string name, string text) => DurableFile.WriteText(Path.Combine(folder, name), text);
}
