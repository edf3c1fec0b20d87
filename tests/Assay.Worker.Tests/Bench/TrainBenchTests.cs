using System.Text.Json.Nodes;
using Assay.Models.Engine;
using Assay.Models.Engine.Plans;
using Assay.Worker.Bench;
using static TorchSharp.torch;

namespace Assay.Worker.Tests.Bench;

public sealed class TrainBenchTests
{
    private static readonly BenchShape Tiny = new("tiny", 512, 64, 2, 4, 2, 128, 8);

    [Theory]
    [InlineData(FrozenFormat.Fp32)]
    [InlineData(FrozenFormat.Bf16)]
    [InlineData(FrozenFormat.Nf4)]
    public void Both_paths_do_the_same_work(FrozenFormat format)
    {
        var result = Measure(format, distort: null);

        Assert.Null(result.Failure);
        Assert.True(result.LossCorrelation > 0.999, $"{result.LossCorrelation}");
        Assert.All(new[] { result.Packed, result.NaiveFp32, result.NaiveBf16 }, path => Assert.True(path.TokensPerSecond > 0 && path.Best >= path.TokensPerSecond));
        Assert.Equal(result.Packed.TokensPerSecond / Math.Max(result.NaiveFp32.TokensPerSecond, result.NaiveBf16.TokensPerSecond), result.Ratio, 1e-9);
    }

    [Fact]
    public void Swapped_weights_make_the_comparison_fail()
    {
        // The two layers change places for the naive path only: its mean loss stays near ln V, its token losses do not.
        var result = Measure(FrozenFormat.Fp32, (weight, made) =>
        {
            string other = weight.Name.Contains("layers.0.", StringComparison.Ordinal)
                ? weight.Name.Replace("layers.0.", "layers.1.", StringComparison.Ordinal)
                : weight.Name.Replace("layers.1.", "layers.0.", StringComparison.Ordinal);
            made.Dispose();
            return FrozenWeights.RandomWeight(weight with { Name = other }, 0, ScalarType.Float32);
        });

        Assert.NotNull(result.Failure);
        Assert.True(result.LossCorrelation < 0.99, $"{result.LossCorrelation}");
    }

    [Fact]
    public void The_json_has_the_fields_of_the_contract()
    {
        var json = JsonNode.Parse(TrainBenchReport.Json(Measure(FrozenFormat.Fp32, distort: null)))!.AsObject();

        Assert.Equal(("assay.bench/1", "train", "tiny"), (json["schema"]!.GetValue<string>(), json["kind"]!.GetValue<string>(), json["shape"]!.GetValue<string>()));
        foreach (string field in (string[])["sequences", "tokens", "supervised", "rank", "quantization", "dtype", "threads", "isa", "rounds", "ratio", "versions"])
        {
            Assert.True(json.ContainsKey(field), field);
        }

        foreach (string path in (string[])["packed", "naive_fp32", "naive_bf16"])
        {
            Assert.All((string[])["tokens_per_second", "best", "first_loss"], field => Assert.True(json[path]!.AsObject().ContainsKey(field), $"{path}.{field}"));
        }
    }

    [Theory]
    [InlineData("12")]
    [InlineData("12 12")]
    [InlineData("12 0")]
    [InlineData("a b")]
    [InlineData("-3 2")]
    public void A_wrong_line_of_lengths_is_refused_with_its_number(string line)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, $"# a comment\n20 5 # another\n{line}\n");

            Assert.Contains("Line 3", Assert.Throws<InvalidDataException>(() => BenchLengths.Read(path, 0)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_shipped_lengths_are_64_sequences()
    {
        Assert.Equal(64, BenchLengths.Read(null, 0).Count);
        Assert.Equal(new BenchLength(137, 83), BenchLengths.Read(null, 1).Single());
        Assert.Throws<InvalidDataException>(() => BenchLengths.Read(null, 65));
    }

    private static TrainBenchResult Measure(FrozenFormat format, Func<WeightPlan, Tensor, Tensor>? distort)
    {
        BenchLength[] lengths = [.. Enumerable.Range(0, 8).Select(index => new BenchLength(20 + (3 * index), 10 + index))];
        return new TrainBench(new TrainBenchOptions(Tiny, lengths, format, 4, 1024, 1), TextWriter.Null) { Distort = distort }.Run();
    }
}
