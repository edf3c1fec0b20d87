using System.Text;
using System.Text.Json.Nodes;
using Assay.Data.Formats;

namespace Assay.Data.Tests.Formats;

public sealed class PeftAdapterConfigTests
{
    private const string Query = "model.layers.3.self_attn.q_proj";
    private const string Down = "model.layers.12.mlp.down_proj";

    [Fact]
    public void A_list_of_names_matches_the_ends_of_paths()
    {
        var config = Parse("""{"peft_type":"LORA","r":4,"lora_alpha":8,"target_modules":["q_proj"]}""");

        Assert.True(config.Targets(Query));
        Assert.False(config.Targets(Down));
        Assert.False(config.Targets("model.layers.0.self_attn.xq_proj"));
        Assert.Equal(2, config.ScaleOf(Query));
    }

    [Theory]
    [InlineData("\"all-linear\"", true, true)]
    [InlineData("\".*\\\\.(q|k)_proj\"", true, false)]
    [InlineData("\"q_proj\"", false, false)]
    public void A_text_is_an_expression_for_the_whole_path_or_all_linear(string targets, bool query, bool down)
    {
        var config = Parse($$"""{"peft_type":"LORA","target_modules":{{targets}}}""");

        Assert.Equal(query, config.Targets(Query));
        Assert.Equal(down, config.Targets(Down));
    }

    [Fact]
    public void Patterns_set_rank_and_alpha_of_single_layers()
    {
        var config = Parse("""{"peft_type":"LORA","r":4,"lora_alpha":8,"target_modules":"all-linear","rank_pattern":{"down_proj":16,"layers.3.self_attn.q_proj":2},"alpha_pattern":{"q_proj":6},"use_rslora":true}""");

        Assert.Equal(16, config.RankOf(Down));
        Assert.Equal(2, config.RankOf(Query));
        Assert.Equal(4, config.RankOf("model.layers.4.self_attn.q_proj"));
        Assert.Equal(6 / Math.Sqrt(2), config.ScaleOf(Query));
        Assert.Equal(8 / Math.Sqrt(16), config.ScaleOf(Down));
    }

    [Fact]
    public void Only_listed_layers_are_transformed()
    {
        var config = Parse("""{"peft_type":"LORA","target_modules":"all-linear","layers_to_transform":[3],"layers_pattern":"layers"}""");

        Assert.True(config.Targets(Query));
        Assert.False(config.Targets(Down));
    }

    [Theory]
    [InlineData("\"use_dora\":true", "use_dora")]
    [InlineData("\"lora_bias\":true", "lora_bias")]
    [InlineData("\"bias\":\"all\"", "bias")]
    [InlineData("\"layer_replication\":[[0,2]]", "layer_replication")]
    [InlineData("\"modules_to_save\":[\"lm_head\"]", "modules_to_save")]
    [InlineData("\"trainable_token_indices\":[1]", "trainable_token_indices")]
    [InlineData("\"init_lora_weights\":\"pissa\"", "init_lora_weights")]
    [InlineData("\"loftq_config\":{\"loftq_bits\":4}", "loftq_config")]
    [InlineData("\"r\":0", "r = 0")]
    [InlineData("\"r\":\"8\"", "r = ")]
    [InlineData("\"lora_dropout\":1", "lora_dropout")]
    [InlineData("\"rank_pattern\":{\"(\":4}", "rank_pattern")]
    [InlineData("\"rank_pattern\":{\"q\":0}", "rank_pattern")]
    public void What_is_not_computed_is_refused_by_name(string field, string name)
    {
        var error = Assert.Throws<InvalidModelConfigException>(() => Parse($$"""{"peft_type":"LORA","target_modules":"all-linear",{{field}}}"""));

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unused_fields_are_carried_through()
    {
        const string Json = """{"peft_type":"LORA","r":4,"target_modules":["q_proj"],"megatron_core":"megatron.core","a_newer_field":[1,2]}""";

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Json), JsonNode.Parse(Parse(Json).ToJson())));
    }

    [Fact]
    public void A_new_configuration_can_be_read_back()
    {
        var config = Parse(PeftAdapterConfig.Create("base", 8, 16, []).ToJson());

        Assert.Equal(8, config.Rank);
        Assert.Equal(2, config.ScaleOf(Query));
        Assert.True(config.Targets(Down));
    }

    [Fact]
    public void Mutated_files_are_read_or_refused_but_never_crash()
    {
        byte[] original = Encoding.UTF8.GetBytes("""{"peft_type":"LORA","r":4,"lora_alpha":8,"target_modules":".*proj","rank_pattern":{"a|b":3},"layers_to_transform":[1],"layers_pattern":["h"],"bias":"none"}""");
        var random = new Random(13);
        for (int round = 0; round < 4_000; round++)
        {
            try
            {
                var config = PeftAdapterConfig.Parse(SafetensorsFileTests.Mutate(original, random));
                config.Targets(Query);
                config.ScaleOf(Query);
                config.ToJson();
            }
            catch (InvalidModelConfigException)
            {
                // The only exception that may leave.
            }
        }
    }

    private static PeftAdapterConfig Parse(string json) => PeftAdapterConfig.Parse(Encoding.UTF8.GetBytes(json));
}
