using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>GPT-2: learned positions, LayerNorm, biases everywhere, fused queries, keys and values, weights stored [inputs, outputs].</summary>
/// <remarks>Radford et al. 2019. Published files lack the prefix <c>transformer.</c> and carry causal masks, which are not weights.</remarks>
public static class Gpt2
{
    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>();
        var act = fields.Act("activation_function", config.ActivationFunction, Activation.Gelu, Activation.GeluTanh);
        fields.Require("n_embd", config.NEmbd % config.NHead == 0, $"it must be a multiple of n_head = {config.NHead}");
        fields.Require("n_ctx", config.NCtx is null || config.NCtx == config.NPositions, $"it must be n_positions = {config.NPositions}");
        fields.RequireRange("layer_norm_epsilon", config.LayerNormEpsilon, 1e-20, 0.5);
        return new DecoderPlan(
            source.ModelType,
            "transformer.",
            config.VocabSize,
            config.NEmbd,
            config.NPositions,
            new EmbeddingPlan("transformer.wte.weight", Positions: "transformer.wpe.weight"),
            Rope: null,
            [.. Enumerable.Range(0, config.NLayer).Select(index => Block(config, fields, act, index))],
            Norm(config, "transformer.ln_f"),
            HeadPlan.Of("transformer.wte.weight", "lm_head.weight", config.TieWordEmbeddings, "transformer.", names));
    }

    private static BlockPlan Block(Config config, ConfigFields fields, Activation act, int index)
    {
        string path = $"transformer.h.{index}";
        int width = config.NEmbd;
        int inner = config.NInner ?? fields.Rows("n_embd", 4, width);
        int headDim = width / config.NHead;
        double scale = (config.ScaleAttnWeights ? 1 / Math.Sqrt(headDim) : 1) / (config.ScaleAttnByInverseLayerIdx ? index + 1 : 1);
        LinearPlan Linear(string name, int inputs, int outputs) => new([new RowBlock(new LinearModule($"{path}.{name}", inputs, outputs, Bias: true, Transposed: true), RowOrder.Identity)]);
        return new BlockPlan(
            Norm(config, $"{path}.ln_1"),
            Norm(config, $"{path}.ln_2"),
            new GroupedAttention(
                config.NHead,
                config.NHead,
                headDim,
                Rotary: 0,
                Linear("attn.c_attn", width, 3 * width),
                QueryNorm: null,
                KeyNorm: null,
                Linear("attn.c_proj", width, width),
                scale,
                PositionKind.None),
            new PlainMlp(act, Linear("mlp.c_fc", width, inner), Linear("mlp.c_proj", inner, width)));
    }

    private static NormPlan Norm(Config config, string name) => new(NormKind.Layer, name, config.LayerNormEpsilon, config.NEmbd);

    // reorder_and_upcast_attn changes rounding only.
    private sealed record Config(
        int NEmbd,
        int NHead,
        int NLayer,
        int NPositions,
        int VocabSize,
        int? NCtx = null,
        int? NInner = null,
        string ActivationFunction = "gelu_new",
        double LayerNormEpsilon = 1e-5,
        bool ScaleAttnWeights = true,
        bool ScaleAttnByInverseLayerIdx = false,
        bool ReorderAndUpcastAttn = false,
        bool TieWordEmbeddings = true);
}
