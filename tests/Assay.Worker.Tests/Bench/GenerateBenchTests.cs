using System.Text.Json;
using Assay.Models.Engine.Kernels;
using Assay.Worker.Bench;

namespace Assay.Worker.Tests.Bench;

public sealed class GenerateBenchTests
{
    private static readonly BenchShape Tiny = new("tiny", 512, 64, 2, 4, 2, 128, 4);

    [Theory]
    [InlineData(WeightFormat.Bf16, 0)]
    [InlineData(WeightFormat.Int8, 0)]
    [InlineData(WeightFormat.Nf4, 2)]
    public void Both_sides_compute_the_same_scores_and_every_field_of_the_contract_is_there(WeightFormat weights, int adapters)
    {
        var result = new GenerateBench(new GenerateBenchOptions(Tiny, weights, 24, 3, 2, adapters, 1), TextWriter.Null).Run();

        Assert.Null(result.Failure);
        using var json = JsonDocument.Parse(GenerateBenchReport.Json(result));
        string[] fields = ["schema", "kind", "shape", "prefill_tokens_per_second", "first_token_ms", "decode_tokens_per_second", "best", "bytes_per_token", "effective_gb_per_second", "read_gb_per_second", "naive", "ratio", "versions"];
        Assert.All(fields, field => Assert.True(json.RootElement.TryGetProperty(field, out _), field));
        Assert.Equal("assay.bench/1", json.RootElement.GetProperty("schema").GetString());
        Assert.Equal(weights is WeightFormat.Bf16, result.RatioToBf16 is null);
        Assert.Equal(adapters > 1, result.RatioToOneAdapter is not null);
        Assert.True(result.Ratio > 0 && result.ReadGbPerSecond > 0);
    }

    [Fact]
    public void Other_weights_on_the_naive_side_make_the_figures_void()
    {
        var bench = new GenerateBench(new GenerateBenchOptions(Tiny, WeightFormat.Bf16, 24, 3, 1, 0, 1), TextWriter.Null) { NaiveSeed = 7 };

        Assert.Contains("do not do the same work", bench.Run().Failure, StringComparison.Ordinal);
    }
}
