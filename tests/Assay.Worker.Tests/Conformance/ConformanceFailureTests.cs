using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Assay.Testing;

namespace Assay.Worker.Tests.Conformance;

/// <summary>One weight, one golden value and one config field of every kind of folder: the checks they bear on fail, no others, and the run ends with 1.</summary>
public sealed class ConformanceFailureTests
{
    private const string AllFigures = "logits|hidden|loss|token_loss|grads|packed|cached|greedy";

    private static readonly string Shipped = Path.Combine(Repository.Root, "tests", "goldens");

    [Fact]
    public void A_weight_of_a_model() =>
        Fails("models/llama3", AllFigures, copy => copy.Add("models/llama3/model.safetensors", "model.norm.weight", 0, 30));

    [Fact]
    public void A_golden_logit_of_a_model() =>
        Fails("models/llama3", "logits\\.mid@|packed@", copy => copy.Add("models/llama3/golden.safetensors", "mid.logits", 100, 20));

    [Fact]
    public void A_golden_token_of_a_model() =>
        Fails("models/llama3", "greedy@", copy => copy.Invert("models/llama3/golden.safetensors", "greedy.tokens", 8));

    [Fact]
    public void A_golden_gradient_of_a_model() =>
        Fails("models/llama3", "grads@reference", copy => copy.Add("models/llama3/golden_grads.safetensors", "model.norm.weight", 3, 1e-3f));

    [Fact]
    public void A_parameter_count_of_a_model() =>
        Fails("models/llama3", "load", copy => copy.Edit("models/llama3/golden.json", golden => golden["params"] = golden["params"]!.GetValue<long>() + 1));

    [Fact]
    public void A_config_field_of_a_model() =>
        Fails("models/llama3", AllFigures, copy => copy.Edit("models/llama3/config.json", config => config["rms_norm_eps"] = 0.09));

    [Fact]
    public void A_weight_of_an_adapter() =>
        Fails("peft/llama3_all_linear", "logits_adapter|logits_merged|merged_weights", copy =>
            copy.Add("peft/llama3_all_linear/adapter/adapter_model.safetensors", "base_model.model.model.layers.0.mlp.up_proj.lora_B.weight", 0, 1));

    [Fact]
    public void A_recorded_loss_of_a_training_run() =>
        Fails("peft/llama3_all_linear", "train_loss@(reference|fp32)", copy =>
            copy.Edit("peft/llama3_all_linear/golden.json", golden => Increase(golden["training"]!["loss_per_step"]!, 3, 1e-3)));

    [Fact]
    public void A_recorded_rate_of_a_training_run() =>
        Fails("peft/llama3_all_linear", "schedule", copy =>
            copy.Edit("peft/llama3_all_linear/golden.json", golden => Increase(golden["training"]!["lr_per_step"]!, 3, -1e-6)));

    [Fact]
    public void A_config_field_of_an_adapter() =>
        Fails("peft/llama3_all_linear", "logits_adapter|logits_merged|merged_weights", copy =>
            copy.Edit("peft/llama3_all_linear/adapter/adapter_config.json", config => config["lora_alpha"] = 16));

    [Fact]
    public void A_weight_that_is_quantised() =>
        Fails("nf4", "quantise(_dq)?\\.normal_64x64", copy => copy.Add("nf4/golden_nf4.safetensors", "normal_64x64.weight", 5, 1), only: "nf4", skip: "nf4/");

    [Fact]
    public void A_golden_code_of_a_quantised_matrix() =>
        Fails("nf4", "(de)?quantise\\.odd_33x31", copy => copy.Invert("nf4/golden_nf4.safetensors", "odd_33x31.nf4.packed", 7), only: "nf4", skip: "nf4/");

    [Fact]
    public void The_block_size_of_quantised_matrices() =>
        Fails("nf4", "(de)?quantise(_dq)?\\.", copy => copy.Edit("nf4/golden.json", golden => golden["blocksize"] = 128), only: "nf4", skip: "nf4/");

    [Fact]
    public void A_scale_of_a_quantised_model() =>
        Fails("nf4/qlora_llama3", "requantise|logits|train_", copy =>
            copy.Add("nf4/qlora_llama3/model_bnb_4bit.safetensors", "model.layers.0.mlp.down_proj.weight.nested_absmax", 0, 1));

    [Fact]
    public void A_recorded_loss_of_a_quantised_training_run() =>
        Fails("nf4/qlora_llama3", "train_loss@(reference|fp32)", copy =>
            copy.Edit("nf4/qlora_llama3/golden.json", golden => Increase(golden["loss_per_step"]!, 0, 1e-3)));

    [Fact]
    public void A_config_field_of_a_quantised_models_base() =>
        Fails("nf4/qlora_llama3", "logits|train_", copy => copy.Edit("models/llama3/config.json", config => config["rms_norm_eps"] = 0.09), also: "models/llama3");

    [Fact]
    public void A_weight_of_the_stories_model() =>
        Fails("stories260K", "greedy|logits|token_loss", copy => copy.Add("stories260K/model.safetensors", "model.norm.weight", 0, 30));

    [Fact]
    public void A_golden_id_of_a_story() =>
        Fails("stories260K", "(greedy|text):1", copy => copy.Edit("stories260K/golden_generation.json", stories => Increase(stories[1]!["greedy_ids"]!, 10, 1)));

    [Fact]
    public void A_config_field_of_the_stories_model() =>
        Fails("stories260K", "greedy|logits|token_loss", copy => copy.Edit("stories260K/config.json", config => config["rope_theta"] = 50));

    [Fact]
    public void A_vocabulary_entry() =>
        Fails("tokenizers/gpt2", "encode|decode", copy => copy.Edit("tokenizers/gpt2/tokenizer.json", tokenizer =>
        {
            var vocab = tokenizer["model"]!["vocab"]!;
            (vocab["Hello"], vocab["Ġworld"]) = (vocab["Ġworld"]!.DeepClone(), vocab["Hello"]!.DeepClone());
        }));

    [Fact]
    public void A_config_field_of_a_tokenizer() =>
        Fails("tokenizers/gpt2", "encode|disputed", copy => copy.Edit("tokenizers/gpt2/tokenizer.json", tokenizer => tokenizer["pre_tokenizer"]!["add_prefix_space"] = true));

    [Fact]
    public void A_chat_template() =>
        Fails("chat_templates", "render:templates/GLM-4\\.6\\.jinja", copy => copy.Append("chat_templates/templates/GLM-4.6.jinja", "."));

    [Fact]
    public void A_golden_rendering() =>
        Fails("chat_templates", "render:tokenizer_config:llama3", copy =>
            copy.Edit("chat_templates/golden_chat.json", golden => golden["cases"]![0]!["rendered"] = "."));

    [Fact]
    public void A_chat_template_in_a_tokenizers_config() =>
        Fails("chat_templates", "render:tokenizer_config:llama3", copy =>
            copy.Edit("tokenizers/llama3/tokenizer_config.json", config => config["chat_template"] = "."), also: "tokenizers/llama3");

    // Damages a copy of a folder and demands that exactly the checks whose names begin so fail.
    private static void Fails(string name, string affected, Action<GoldenCopy> damage, string? only = null, string? skip = null, string? also = null)
    {
        string goldens = Directory.Exists(Path.Combine(Shipped, name)) ? Shipped : Goldens.Require(name)[..^(name.Length + 1)];
        using var copy = new GoldenCopy(goldens, also is null ? [name] : [name, also]);
        damage(copy);

        var (code, lines) = copy.Check(only ?? name);

        var checks = lines[..^1].Select(line => line.Split(' ')).Where(line => skip is null || !line[1].StartsWith(skip, StringComparison.Ordinal)).ToArray();
        var expected = checks.Where(check => Regex.IsMatch(check[2], $"^({affected})")).Select(check => check[2]).ToArray();
        Assert.NotEmpty(expected);
        Assert.Equal(expected, checks.Where(check => check[0] == "FAIL").Select(check => check[2]));
        Assert.Equal(1, code);
    }

    private static void Increase(JsonNode list, int index, double amount) =>
        list[index] = list[index]!.GetValueKind() is System.Text.Json.JsonValueKind.Number && amount == Math.Truncate(amount)
            ? list[index]!.GetValue<int>() + (int)amount
            : list[index]!.GetValue<double>() + amount;
}
