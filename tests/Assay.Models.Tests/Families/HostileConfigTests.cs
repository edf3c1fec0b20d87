using System.Text;
using System.Text.Json.Nodes;
using Assay.Data.Formats;
using Assay.Models.Engine.Plans;
using Assay.Models.Families;

namespace Assay.Models.Tests.Families;

/// <summary>Odd, wrong and hostile configurations of every family: planned or refused with a reason, never another exception, never unbounded work.</summary>
public sealed class HostileConfigTests
{
    private const string Alphabet = "{}[]\",:0123456789e.-\\ntfu";
    private const long MostBytes = 400L << 20;

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1", "3", "1.5", "1e-400", "1e999", "-1e999", "65536", "2147483647", "99999999999999999999", "\"x\"", "\"\\ud800\"", "[]", "[1]", "[\"x\"]", "[null]",
        "{}", "{\"a\":1}", "{\"rope_type\":\"yarn\",\"factor\":1e300}", "{\"type\":\"longrope\",\"long_factor\":[0],\"short_factor\":[1]}", "{\"rope_type\":\"\\ud800\"}", "{\"\\ud800\":1}", "{\"rope_type\":7}",
        "{\"rope_type\":\"llama3\",\"factor\":2}", "{\"rope_type\":\"dynamic\",\"factor\":null}",
    ];

    [Theory]
    [MemberData(nameof(TinyConfigs.Types), MemberType = typeof(TinyConfigs))]
    public void A_field_without_meaning_for_the_family_is_refused_by_name(string type)
    {
        Assert.Contains("mystery_factor", Refusal(TinyConfigs.Json(type, ("mystery_factor", "2"))), StringComparison.Ordinal);
        Assert.Contains("quantization_config", Refusal(TinyConfigs.Json(type, ("quantization_config", "{\"quant_method\":\"gptq\",\"bits\":4}"))), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(TinyConfigs.Types), MemberType = typeof(TinyConfigs))]
    public void Every_field_may_hold_anything(string type)
    {
        var fields = JsonNode.Parse(TinyConfigs.Json(type))!.AsObject().Select(field => field.Key).ToList();
        foreach (string field in fields.Concat(["rope_scaling", "rope_parameters", "sliding_window", "layer_types", "tie_word_embeddings", "head_dim", "partial_rotary_factor"]))
        {
            foreach (string value in Values)
            {
                TryPlan(TinyConfigs.Json(type, (field, "0")).Replace($"\"{field}\":0", $"\"{field}\":{value}", StringComparison.Ordinal));
            }
        }
    }

    [Theory]
    [MemberData(nameof(TinyConfigs.Types), MemberType = typeof(TinyConfigs))]
    public void Any_field_may_be_missing(string type)
    {
        var config = JsonNode.Parse(TinyConfigs.Json(type))!.AsObject();
        foreach (string field in config.Select(pair => pair.Key).ToList())
        {
            var fewer = config.DeepClone().AsObject();
            fewer.Remove(field);
            TryPlan(fewer.ToJsonString());
        }
    }

    [Theory]
    [MemberData(nameof(TinyConfigs.Types), MemberType = typeof(TinyConfigs))]
    public void Mutated_bytes_are_planned_or_refused(string type) => Mutate(type, 1_100);

    [Theory]
    [Trait("Tier", "Slow")]
    [MemberData(nameof(TinyConfigs.Types), MemberType = typeof(TinyConfigs))]
    public void Mutated_bytes_are_planned_or_refused_many_times(string type) => Mutate(type, 55_000);

    [Theory]
    [InlineData("qwen3_moe", "num_experts")]
    [InlineData("mixtral", "num_local_experts")]
    [InlineData("deepseek_v3", "n_routed_experts")]
    public void The_number_of_experts_in_all_is_bounded_before_they_are_described(string type, string field)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains(field, Refusal(TinyConfigs.Json(type, (field, "1024"), ("num_hidden_layers", "1024"))), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static void Mutate(string type, int rounds)
    {
        byte[] original = Encoding.UTF8.GetBytes(TinyConfigs.Json(type));
        var random = new Random(23);
        int planned = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] mutated = [.. original];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                mutated[random.Next(mutated.Length)] = (byte)Alphabet[random.Next(Alphabet.Length)];
            }

            planned += TryPlan(mutated) ? 1 : 0;
        }

        Assert.InRange(planned, 1, rounds - 1);
    }

    private static bool TryPlan(string config) => TryPlan(Encoding.UTF8.GetBytes(config));

    private static bool TryPlan(byte[] config)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var plan = ModelFamily.Plan(HfModelConfig.Parse(config, default), null);
            AssertSound(plan);
            return true;
        }
        catch (InvalidModelConfigException)
        {
            return false;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        }
    }

    /// <summary>A plan that was accepted can be computed with: sizes that fit together, finite numbers.</summary>
    private static void AssertSound(DecoderPlan plan)
    {
        Assert.All(plan.Weights(), weight => Assert.All(weight.Shape, size => Assert.InRange(size, 1, 1 << 27)));
        foreach (var attention in plan.Blocks.Select(block => block.Attention).Distinct())
        {
            Assert.True(double.IsFinite(attention.Scale) && attention.Scale > 0 && attention.Window is null or > 0);
            if (attention is GroupedAttention grouped)
            {
                Assert.True(grouped.Rotary <= grouped.HeadDim && grouped.Heads % grouped.KvHeads == 0);
                Assert.Equal((grouped.Heads + (2 * grouped.KvHeads)) * grouped.HeadDim, grouped.Qkv.Out);
                Assert.Equal(grouped.Position is PositionKind.Rope, plan.Rope is not null);
            }
        }

        if (plan.Rope is { } rope)
        {
            Assert.All([1, plan.MaxPositions], length => Assert.All(rope.Frequencies(length), frequency => Assert.True(double.IsFinite(frequency) && frequency >= 0)));
            Assert.True(double.IsFinite(rope.Magnitude) && rope.Magnitude > 0 && plan.MaxPositions > 0);
        }
    }

    private static string Refusal(string config) =>
        Assert.Throws<InvalidModelConfigException>(() => ModelFamily.Plan(HfModelConfig.Parse(Encoding.UTF8.GetBytes(config), default), null)).Message;
}
