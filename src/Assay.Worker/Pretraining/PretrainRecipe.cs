using System.Globalization;
using System.Text.Json;

namespace Assay.Worker.Pretraining;

/// <summary>Everything that decides a pre-trained model: with the same SDK it gives the same bytes.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Seed">Seed of weights and orders.</param>
/// <param name="Vocabulary">Entries of the byte-level BPE, control tokens included.</param>
/// <param name="Context">Tokens of a row and longest context.</param>
/// <param name="Hidden">Width D.</param>
/// <param name="Layers">Blocks.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key and value heads.</param>
/// <param name="Intermediate">Width of the mlp.</param>
/// <param name="Rows">Rows of a micro-batch.</param>
/// <param name="Accumulation">Micro-batches of a step.</param>
/// <param name="Steps">Optimiser steps planned; a time budget may change it, which the run's plan file records.</param>
/// <param name="Warmup">Warm-up steps.</param>
/// <param name="LearningRate">Peak rate.</param>
/// <param name="WeightDecay">λ of AdamW.</param>
/// <param name="ChatPart">Part of the steps, at the end, that see questions and answers.</param>
/// <param name="ChatShare">Share of the rows of such a step.</param>
/// <param name="HeldOutIn">One assembly in so many is held out.</param>
/// <param name="Excluded">Assemblies left out of the corpus.</param>
internal sealed record PretrainRecipe(
    string Name,
    ulong Seed,
    int Vocabulary,
    int Context,
    int Hidden,
    int Layers,
    int Heads,
    int KvHeads,
    int Intermediate,
    int Rows,
    int Accumulation,
    int Steps,
    int Warmup,
    double LearningRate,
    double WeightDecay,
    double ChatPart,
    double ChatShare,
    int HeldOutIn,
    IReadOnlyList<string> Excluded)
{
    private static readonly JsonSerializerOptions Snake = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };

    /// <summary>What decides the batches beside the documents themselves.</summary>
    public string DataDescription =>
        string.Create(CultureInfo.InvariantCulture, $"seed {Seed}, context {Context}, rows {Rows}, accumulation {Accumulation}, chat share {ChatShare}");

    /// <summary>Reads a recipe file.</summary>
    /// <exception cref="JsonException">A field is missing, unknown or of the wrong type.</exception>
    public static PretrainRecipe Load(string path) => JsonSerializer.Deserialize<PretrainRecipe>(File.ReadAllBytes(path), Snake)!;

    /// <summary>The model's <c>config.json</c>.</summary>
    public string ModelConfig() => JsonSerializer.Serialize(
        new Dictionary<string, object>
        {
            ["architectures"] = new[] { "LlamaForCausalLM" },
            ["attention_bias"] = false,
            ["attention_dropout"] = 0.0,
            ["bos_token_id"] = 0,
            ["dtype"] = "bfloat16",
            ["eos_token_id"] = new[] { 4, 0 },
            ["head_dim"] = Hidden / Heads,
            ["hidden_act"] = "silu",
            ["hidden_size"] = Hidden,
            ["initializer_range"] = 0.02,
            ["intermediate_size"] = Intermediate,
            ["max_position_embeddings"] = Context,
            ["mlp_bias"] = false,
            ["model_type"] = "llama",
            ["num_attention_heads"] = Heads,
            ["num_hidden_layers"] = Layers,
            ["num_key_value_heads"] = KvHeads,
            ["pad_token_id"] = 0,
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = 10000.0,
            ["tie_word_embeddings"] = true,
            ["vocab_size"] = Vocabulary,
        },
        Snake) + "\n";
}
