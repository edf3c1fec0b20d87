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

    [Theory]
    [InlineData("[3]", "null")]
    [InlineData("3", "\"layers\"")]
    [InlineData("[3]", "[\"h\", \"layers\"]")]
    [InlineData("[3]", "[\"la.*s\"]")]
    public void Only_listed_layers_are_transformed(string layers, string pattern)
    {
        var config = Parse($$"""{"peft_type":"LORA","target_modules":["q_proj","down_proj"],"layers_to_transform":{{layers}},"layers_pattern":{{pattern}}}""");

        Assert.True(config.Targets(Query));
        Assert.False(config.Targets(Down));
    }

    [Fact]
    public void The_first_number_of_a_path_is_the_layer_and_a_whole_path_needs_none()
    {
        var config = Parse("""{"peft_type":"LORA","target_modules":["w1","model.layers.5.mlp.w2"],"layers_to_transform":[1]}""");

        Assert.True(config.Targets("model.layers.1.experts.0.w1"));
        Assert.False(config.Targets("model.layers.0.experts.1.w1"));
        Assert.True(config.Targets("model.layers.5.mlp.w2"));
        Assert.False(config.Targets("w3"));
    }

    [Theory]
    [InlineData("[\"q_proj\"]")]
    [InlineData("\".*attn.*\"")]
    public void Excluded_layers_are_left_out(string excluded)
    {
        var config = Parse($$"""{"peft_type":"LORA","target_modules":"all-linear","exclude_modules":{{excluded}}}""");

        Assert.False(config.Targets(Query));
        Assert.True(config.Targets(Down));
    }

    [Fact]
    public void A_module_stored_whole_gets_no_pair_and_neither_does_what_lies_in_it()
    {
        var config = Parse("""{"peft_type":"LORA","target_modules":"all-linear","modules_to_save":["mlp","lm_head","norm"]}""");

        Assert.True(config.Targets(Query));
        Assert.False(config.Targets(Down));
        Assert.True(config.Saves("lm_head"));
        Assert.True(config.Saves("model.layers.0.self_attn.q_norm"));
        Assert.False(config.Saves("model.layers.0.mlp.gate_proj"));
    }

    [Theory]
    [InlineData("\"use_dora\":1", "use_dora")]
    [InlineData("\"use_qalora\":true", "use_qalora")]
    [InlineData("\"use_newer_variant\":true", "use_newer_variant")]
    [InlineData("\"ensure_weight_tying\":true", "ensure_weight_tying")]
    [InlineData("\"target_parameters\":[\"experts.gate_up_proj\"]", "target_parameters")]
    [InlineData("\"alora_invocation_tokens\":[1]", "alora_invocation_tokens")]
    [InlineData("\"init_lora_weights\":\"olora\"", "init_lora_weights")]
    [InlineData("\"init_lora_weights\":\"corda\"", "init_lora_weights")]
    [InlineData("\"layers_to_transform\":[0]", "layers_to_transform")]
    [InlineData("\"layers_pattern\":\"h\"", "layers_pattern")]
    [InlineData("\"exclude_modules\":\"(\"", "exclude_modules")]
    [InlineData("\"exclude_modules\":[1]", "exclude_modules")]
    [InlineData("\"modules_to_save\":\"lm_head\"", "modules_to_save")]
    [InlineData("\"modules_to_save\":[\"\"]", "modules_to_save")]
    [InlineData("\"lora_bias\":true", "lora_bias")]
    [InlineData("\"bias\":\"most\"", "bias")]
    [InlineData("\"layer_replication\":[[0,2]]", "layer_replication")]
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
    public void Every_option_of_a_new_configuration_is_read_back()
    {
        var options = new LoraOptions
        {
            Rank = 4,
            Alpha = 6.5,
            Dropout = 0.1,
            TargetModules = ["q_proj", "v_proj", "down_proj"],
            ExcludeModules = ["v_proj"],
            ModulesToSave = ["lm_head"],
            LayersToTransform = [3],
            RankPattern = new Dictionary<string, int> { ["q_proj"] = 2 },
            AlphaPattern = new Dictionary<string, double> { ["q_proj"] = 3 },
            RankStabilised = true,
            Dora = true,
            Bias = PeftBias.LoraOnly,
        };

        var config = Parse(PeftAdapterConfig.Create("base", options).ToJson());

        Assert.Equal((4, 6.5, 0.1, true, PeftBias.LoraOnly), (config.Rank, config.Alpha, config.Dropout, config.Dora, config.Bias));
        Assert.True(config.Targets(Query));
        Assert.False(config.Targets("model.layers.3.self_attn.v_proj"));
        Assert.False(config.Targets(Down));
        Assert.True(config.Saves("lm_head"));
        Assert.Equal(2, config.RankOf(Query));
        Assert.Equal(3 / Math.Sqrt(2), config.ScaleOf(Query));
        Assert.False(config.FanInFanOut);
        Assert.True(config.With(fanInFanOut: true).FanInFanOut);
    }

    [Fact]
    public void An_expression_that_explodes_is_refused_or_answers_at_once()
    {
        foreach (string pattern in (string[])["(a{1000}){1000}", "(.*)*(.*)*(.*)*x", new string('(', 2000) + new string(')', 2000), new string('a', 5000)])
        {
            var watch = System.Diagnostics.Stopwatch.StartNew();
            try
            {
                Parse($$"""{"peft_type":"LORA","target_modules":"{{pattern}}"}""").Targets(Query);
            }
            catch (InvalidModelConfigException)
            {
                // A refusal is as good as an answer.
            }

            Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
        }
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
