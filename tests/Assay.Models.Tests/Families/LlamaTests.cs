using System.Text;
using System.Text.Json.Nodes;
using Assay.Data.Formats;
using Assay.Models.Engine.Plans;
using Assay.Models.Families;

namespace Assay.Models.Tests.Families;

public sealed class LlamaTests
{
    private const string Alphabet = "{}[]\",:0123456789e.-\\ntf";

    [Fact]
    public void The_plan_names_every_weight_with_its_shape()
    {
        var weights = TinyModel.Plan().Weights().ToDictionary(weight => weight.Name, weight => string.Join('x', weight.Shape));

        Assert.Equal(2 + (2 * 9), weights.Count);
        Assert.Equal("61x24", weights["model.embed_tokens.weight"]);
        Assert.Equal("12x24", weights["model.layers.1.self_attn.k_proj.weight"]);
        Assert.Equal("24x40", weights["model.layers.0.mlp.down_proj.weight"]);
    }

    [Theory]
    [InlineData("hidden_act", "\"gelu\"", "hidden_act")]
    [InlineData("partial_rotary_factor", "0.5", "partial_rotary_factor")]
    [InlineData("sliding_window", "128", "sliding_window")]
    [InlineData("alibi", "true", "alibi")]
    [InlineData("quantization_config", "{\"load_in_4bit\":true}", "quantization_config")]
    [InlineData("attn_logit_softcapping", "50.0", "attn_logit_softcapping")]
    [InlineData("num_key_value_heads", "3", "num_key_value_heads")]
    [InlineData("head_dim", "5", "head_dim")]
    [InlineData("num_attention_heads", "65536", "hidden_size")]
    [InlineData("rms_norm_eps", "0", "rms_norm_eps")]
    [InlineData("rms_norm_eps", "\"x\"", "rms_norm_eps")]
    [InlineData("hidden_size", "null", "hidden_size")]
    [InlineData("rope_theta", "0.5", "rope_theta")]
    [InlineData("rope_theta", "\"x\"", "rope_theta")]
    [InlineData("rope_scaling", "{\"rope_type\":\"ntk\",\"factor\":2}", "ntk")]
    [InlineData("rope_scaling", "{\"rope_type\":\"linear\",\"type\":\"dynamic\",\"factor\":2}", "contradict")]
    [InlineData("rope_scaling", "{\"rope_type\":\"linear\",\"factor\":0}", "factor")]
    [InlineData("rope_scaling", "{\"rope_type\":\"linear\",\"factor\":\"2\"}", "factor")]
    [InlineData("rope_scaling", "3", "rope_scaling")]
    [InlineData("rope_scaling", "{\"rope_type\":\"llama3\",\"factor\":2,\"low_freq_factor\":4,\"high_freq_factor\":1}", "high_freq_factor")]
    public void A_field_that_is_wrong_or_not_understood_is_refused_by_name(string field, string value, string named)
    {
        var error = Assert.Throws<InvalidModelConfigException>(() => TinyModel.Plan(With(field, value)));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pretraining_tp", "2")]
    [InlineData("sliding_window", "null")]
    [InlineData("some_new_switch", "false")]
    [InlineData("partial_rotary_factor", "1")]
    [InlineData("_name_or_path", "\"x\"")]
    public void A_field_without_effect_is_accepted(string field, string value) => Assert.Equal(2, TinyModel.Plan(With(field, value)).Blocks.Count);

    [Fact]
    public void Rotary_settings_are_read_from_the_old_and_the_new_place()
    {
        var old = TinyModel.Plan(With("rope_scaling", "{\"type\":\"linear\",\"factor\":4}")).Rope;
        var recent = TinyModel.Plan(With("rope_parameters", "{\"rope_type\":\"linear\",\"factor\":4.0,\"rope_theta\":10000.0}")).Rope;

        Assert.Equal(old, recent);
        Assert.Equal(RopeKind.Linear, old!.Kind);
        Assert.Contains("contradicts", Assert.Throws<InvalidModelConfigException>(() =>
            TinyModel.Plan(With("rope_parameters", "{\"rope_type\":\"default\",\"rope_theta\":5.0}").Replace("{\"model_type\"", "{\"rope_theta\":9.0,\"model_type\"", StringComparison.Ordinal))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_family_is_refused_and_the_known_ones_are_listed() =>
        Assert.Contains("Supported: gpt2, llama, mistral", Assert.Throws<InvalidModelConfigException>(() => TinyModel.Plan(With("model_type", "\"mystery\""))).Message, StringComparison.Ordinal);

    [Fact]
    public void Mutated_configurations_are_planned_or_refused_but_never_crash()
    {
        byte[] original = Encoding.UTF8.GetBytes(With("rope_scaling", """{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":32}"""));
        var random = new Random(17);
        int planned = 0;
        for (int round = 0; round < 4_000; round++)
        {
            byte[] mutated = [.. original];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                mutated[random.Next(mutated.Length)] = (byte)Alphabet[random.Next(Alphabet.Length)];
            }

            try
            {
                _ = ModelFamily.Plan(HfModelConfig.Parse(mutated, default), null).Weights().Count();
                planned++;
            }
            catch (InvalidModelConfigException)
            {
                // The only exception that may leave.
            }
        }

        Assert.InRange(planned, 50, 2_000);
    }

    private static string With(string field, string value)
    {
        var config = JsonNode.Parse(TinyModel.Config)!;
        config[field] = JsonNode.Parse(value);
        return config.ToJsonString();
    }
}
