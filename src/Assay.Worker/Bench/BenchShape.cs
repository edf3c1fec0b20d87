using System.Text.Json;
using Assay.Data.Formats;
using Assay.Models.Engine.Plans;
using Assay.Models.Families;

namespace Assay.Worker.Bench;

/// <summary>A model shape that benchmarks use: Qwen2 blocks with a tied head.</summary>
/// <param name="Name">As given on the command line.</param>
/// <param name="Vocab">V.</param>
/// <param name="Hidden">D.</param>
/// <param name="Layers">Blocks.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KvHeads">Key and value heads.</param>
/// <param name="Intermediate">F.</param>
/// <param name="Sequences">Sequences a training benchmark takes unless told otherwise, so that it ends within minutes.</param>
internal sealed record BenchShape(string Name, int Vocab, int Hidden, int Layers, int Heads, int KvHeads, int Intermediate, int Sequences)
{
    private const int MaxPositions = 2048;

    /// <summary>All shapes.</summary>
    public static IReadOnlyList<BenchShape> All { get; } =
    [
        new("15m", 32_000, 288, 6, 6, 6, 768, 32),
        new("135m", 49_152, 576, 30, 9, 3, 1_536, 16),
        new("500m", 151_936, 896, 24, 14, 2, 4_864, 8),
    ];

    /// <summary>The shape as a plan.</summary>
    public DecoderPlan Plan { get; } = ModelFamily.Plan(
        HfModelConfig.Parse(
            JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
            {
                ["model_type"] = "qwen2",
                ["vocab_size"] = Vocab,
                ["hidden_size"] = Hidden,
                ["num_hidden_layers"] = Layers,
                ["num_attention_heads"] = Heads,
                ["num_key_value_heads"] = KvHeads,
                ["intermediate_size"] = Intermediate,
                ["max_position_embeddings"] = MaxPositions,
                ["rms_norm_eps"] = 1e-6,
                ["tie_word_embeddings"] = true,
            }),
            default),
        null);
}
