using System.Text.Json;
using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>LLaMA 1 to 3 and what shares its layout: DeepSeek-LLM, the R1 distillations, SmolLM, the starter model.</summary>
/// <remarks>Touvron et al. 2023, arXiv:2302.13971; Grattafiori et al. 2024, arXiv:2407.21783 §3.2.</remarks>
public static class Llama
{
    private const int WidestProjection = 1 << 20;

    /// <summary>The entry for <see cref="ModelFamily.All"/>.</summary>
    public static ModelFamily Family { get; } = new(["llama"], Describe);

    private static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        fields.RefuseUnknown(typeof(Config));
        var config = fields.As<Config>();
        fields.Require("hidden_act", config.HiddenAct == "silu", "only silu is known for this family");
        int kvHeads = config.NumKeyValueHeads ?? config.NumAttentionHeads;
        fields.Require("num_key_value_heads", config.NumAttentionHeads % kvHeads == 0, $"it must divide num_attention_heads = {config.NumAttentionHeads}");
        fields.Require("hidden_size", config.HeadDim is not null || config.HiddenSize % config.NumAttentionHeads == 0, "it must be a multiple of num_attention_heads when head_dim is absent");
        int headDim = config.HeadDim ?? (config.HiddenSize / config.NumAttentionHeads);
        fields.Require("head_dim", headDim % 2 == 0, "rotary positions need an even width");
        fields.Require("head_dim", (long)config.NumAttentionHeads * headDim <= WidestProjection, $"times num_attention_heads it must be at most {WidestProjection}");
        fields.Require("rms_norm_eps", config.RmsNormEps is > 0 and < 1, "it must be between 0 and 1");

        bool tied = config.TieWordEmbeddings || (names is not null && !names.Any(name => name is "lm_head.weight" or "model.lm_head.weight"));
        return new DecoderPlan(
            source.ModelType,
            "model.",
            config.VocabSize,
            config.HiddenSize,
            config.MaxPositionEmbeddings,
            new EmbeddingPlan("model.embed_tokens.weight"),
            RopeFields.Read(fields, config.MaxPositionEmbeddings, headDim),
            [.. Enumerable.Range(0, config.NumHiddenLayers).Select(index => Block(config, index, kvHeads, headDim))],
            Norm(config, "model.norm"),
            tied ? new HeadPlan("model.embed_tokens.weight", Tied: true) : new HeadPlan("lm_head.weight", Tied: false));
    }

    private static BlockPlan Block(Config config, int index, int kvHeads, int headDim)
    {
        string path = $"model.layers.{index}";
        RowBlock Attention(string name, int inputs, int outputs) => RowBlock.Of($"{path}.self_attn.{name}", inputs, outputs, config.AttentionBias);
        RowBlock Mlp(string name, int inputs, int outputs) => RowBlock.Of($"{path}.mlp.{name}", inputs, outputs, config.MlpBias);

        int hidden = config.HiddenSize;
        int queries = config.NumAttentionHeads * headDim;
        int keys = kvHeads * headDim;
        return new BlockPlan(
            Norm(config, $"{path}.input_layernorm"),
            Norm(config, $"{path}.post_attention_layernorm"),
            new GroupedAttention(
                config.NumAttentionHeads,
                kvHeads,
                headDim,
                headDim,
                new LinearPlan([Attention("q_proj", hidden, queries), Attention("k_proj", hidden, keys), Attention("v_proj", hidden, keys)]),
                QueryNorm: null,
                KeyNorm: null,
                new LinearPlan([Attention("o_proj", queries, hidden)]),
                1 / Math.Sqrt(headDim),
                PositionKind.Rope),
            new GatedMlp(
                Activation.Silu,
                new LinearPlan([Mlp("gate_proj", hidden, config.IntermediateSize), Mlp("up_proj", hidden, config.IntermediateSize)]),
                new LinearPlan([Mlp("down_proj", config.IntermediateSize, hidden)])));
    }

    private static NormPlan Norm(Config config, string name) => new(NormKind.Rms, name, config.RmsNormEps, config.HiddenSize);

    private sealed record Config(
        int HiddenSize,
        int IntermediateSize,
        int NumAttentionHeads,
        int NumHiddenLayers,
        int VocabSize,
        int MaxPositionEmbeddings = 2048,
        int? NumKeyValueHeads = null,
        int? HeadDim = null,
        string HiddenAct = "silu",
        double RmsNormEps = 1e-6,
        double RopeTheta = 10_000,
        JsonElement? RopeScaling = null,
        JsonElement? RopeParameters = null,
        bool AttentionBias = false,
        bool MlpBias = false,
        bool TieWordEmbeddings = false);
}
