using System.Text;
using Assay.Data.Formats;
using Assay.Models.Engine;
using Assay.Models.Engine.Plans;
using Assay.Models.Families;

namespace Assay.Models.Tests.Engine;

public sealed class MemoryForecastTests
{
    private const double MiB = 1 << 20;

    // Peaks of `bench train` with sequences of 512 tokens in bins of that many tokens, rank 16 on all linear layers; NF4 with the default lengths.
    [Theory]
    [InlineData("15m", 512, FrozenFormat.Bf16, 335)]
    [InlineData("15m", 2048, FrozenFormat.Bf16, 391)]
    [InlineData("135m", 512, FrozenFormat.Bf16, 834)]
    [InlineData("135m", 2048, FrozenFormat.Bf16, 1356)]
    [InlineData("500m", 512, FrozenFormat.Bf16, 1843)]
    [InlineData("500m", 2048, FrozenFormat.Bf16, 2800)]
    [InlineData("500m", 514, FrozenFormat.Nf4, 1225)]
    public void It_meets_the_peaks_that_were_measured(string shape, int tokens, FrozenFormat format, int measured)
    {
        double total = MemoryForecast.Training(Shape(shape), 16, tokens, format).Total / MiB;

        Assert.InRange(total, 0.96 * measured, 1.06 * measured);
    }

    [Fact]
    public void A_quantised_base_takes_about_a_quarter()
    {
        var plan = Shape("500m");
        long linears = plan.Linears.Sum(module => (long)module.In * module.Out);
        long table = 151_936L * 896 * 2;
        var wide = MemoryForecast.Training(plan, 16, 512, FrozenFormat.Bf16);
        var narrow = MemoryForecast.Training(plan, 16, 512, FrozenFormat.Nf4);

        long expanded = 2L * 9728 * (896 + 32);
        Assert.InRange(narrow.Base, (linears * 0.5158) + table + expanded, (linears * 0.5162) + table + expanded + 1e6);
        Assert.Equal(wide.Adapters, narrow.Adapters);

        // It computes the heads' results again, 896 + 16 columns, and has half of the logits at once.
        Assert.Equal(wide.Saved - (512L * 24 * 2 * (896 + 16)), narrow.Saved);
        Assert.Equal(wide.Work - (128L * 151_936 * 2), narrow.Work);
        Assert.True(narrow.Total < 0.75 * wide.Total);
    }

    [Fact]
    public void An_8_bit_base_takes_half_of_bf16_beside_its_tables()
    {
        var plan = Shape("500m");
        long linears = plan.Linears.Sum(module => (long)module.In * module.Out);
        long saved = MemoryForecast.Training(plan, 16, 512, FrozenFormat.Bf16).Base - MemoryForecast.Training(plan, 16, 512, FrozenFormat.Int8).Base;
        Assert.InRange(saved, linears, 1.1 * linears);
    }

    [Fact]
    public void Twice_the_tokens_save_twice_as_much_and_a_larger_rank_adds_its_parameters()
    {
        var plan = Shape("135m");
        var small = MemoryForecast.Training(plan, 8, 256, FrozenFormat.Bf16);

        Assert.Equal(2 * small.Saved, MemoryForecast.Training(plan, 8, 512, FrozenFormat.Bf16).Saved);
        Assert.Equal(2 * small.Adapters, MemoryForecast.Training(plan, 16, 256, FrozenFormat.Bf16).Adapters);
        var some = MemoryForecast.Training(plan, module => module.Name.EndsWith("q_proj", StringComparison.Ordinal) ? 8 : 0, 256, FrozenFormat.Bf16);
        Assert.Equal((8 * (576 + 576) * 16 * 30) + (2 * 8 * 576 * 30), some.Adapters);
    }

    [Fact]
    public void An_fp32_base_takes_twice_the_bytes()
    {
        var plan = Shape("135m");
        Assert.Equal(2 * MemoryForecast.Training(plan, 16, 512, FrozenFormat.Bf16).Base, MemoryForecast.Training(plan, 16, 512, FrozenFormat.Fp32).Base);
    }

    [Fact]
    public void Generation_counts_a_cache_and_windows_bound_it()
    {
        var plan = Shape("500m");
        var forecast = MemoryForecast.Generation(plan, 2, 4096);

        Assert.Equal(0, forecast.Saved + forecast.Adapters);
        Assert.Equal(4096L * 24 * 2 * 2 * 64 * 2, forecast.Cache);
        var windowed = plan with
        {
            Blocks = [.. plan.Blocks.Select(block => block with { Attention = (GroupedAttention)block.Attention with { Window = 1024 } })],
        };
        Assert.Equal(1536L * 24 * 2 * 2 * 64 * 2, MemoryForecast.Generation(windowed, 2, 4096).Cache);
        Assert.InRange(MemoryForecast.Generation(plan, 0.516, 4096).Base / (double)forecast.Base, 0.4, 0.6);
    }

    [Fact]
    public void A_run_may_claim_nine_tenths_of_what_is_free()
    {
        var forecast = new MemoryForecast((900L << 20) - MemoryForecast.Runtime, 0, 0, 0, 0);

        Assert.True(forecast.Fits(1000L << 20));
        Assert.False(forecast.Fits(999L << 20));
        forecast.Require(1000L << 20);
        Assert.Contains("900 MiB", Assert.Throws<InsufficientMemoryException>(() => forecast.Require(999L << 20)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryForecast.Training(Shape("15m"), 16, 0, FrozenFormat.Bf16));
    }

    // The bench's shapes; rows of a llama block are those of the bench's Qwen2 block, without its biases.
    private static DecoderPlan Shape(string name)
    {
        var (vocab, hidden, layers, heads, kvHeads, headDim, inner) = name switch
        {
            "15m" => (32_000, 288, 6, 6, 6, 48, 768),
            "135m" => (49_152, 576, 30, 9, 3, 64, 1536),
            _ => (151_936, 896, 24, 14, 2, 64, 4864),
        };
        string config = $$"""
            {"model_type":"llama","vocab_size":{{vocab}},"hidden_size":{{hidden}},"num_hidden_layers":{{layers}},"num_attention_heads":{{heads}},
             "num_key_value_heads":{{kvHeads}},"head_dim":{{headDim}},"intermediate_size":{{inner}},"tie_word_embeddings":true}
            """;
        return ModelFamily.Plan(HfModelConfig.Parse(Encoding.UTF8.GetBytes(config), default), null);
    }
}
