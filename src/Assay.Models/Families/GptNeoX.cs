using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>GPT-NeoX and Pythia: parallel branches with a norm each, partial rotary positions, fused projections stored per head.</summary>
/// <remarks>Black et al. 2022, arXiv:2204.06745; Biderman et al. 2023, arXiv:2304.01373.</remarks>
public static class GptNeoX
{
    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>([.. RopeFields.Names, "rotary_emb_base", "rotary_pct", "partial_rotary_factor"]);
        var act = fields.Act("hidden_act", config.HiddenAct, Activation.Gelu, Activation.GeluTanh);
        int width = config.HiddenSize;
        int heads = config.NumAttentionHeads;
        fields.Require("hidden_size", width % heads == 0, $"it must be a multiple of num_attention_heads = {heads}");
        fields.RequireRange("layer_norm_eps", config.LayerNormEps, 1e-20, 0.5);
        var rope = RopeFields.Read(fields, config.MaxPositionEmbeddings, width / heads, rotated: 0.25, thetaName: "rotary_emb_base", rotatedName: "rotary_pct");
        NormPlan Norm(string name) => new(NormKind.Layer, name, config.LayerNormEps, width);
        BlockPlan Block(int index)
        {
            string path = $"gpt_neox.layers.{index}";
            int headDim = width / heads;
            LinearPlan Linear(string name, int inputs, int outputs, bool bias) => new([RowBlock.Of($"{path}.{name}", inputs, outputs, bias)]);
            return new BlockPlan(
                config.UseParallelResidual,
                Norm($"{path}.input_layernorm"),
                Post1: null,
                Norm($"{path}.post_attention_layernorm"),
                Post2: null,
                new GroupedAttention(
                    heads,
                    heads,
                    headDim,
                    rope.Width,
                    new LinearPlan([RowBlock.Of($"{path}.attention.query_key_value", width, 3 * width, config.AttentionBias) with { Order = new GroupedRows(heads, 1, headDim) }]),
                    QueryNorm: null,
                    KeyNorm: null,
                    Linear("attention.dense", width, width, config.AttentionBias),
                    1 / Math.Sqrt(headDim),
                    PositionKind.Rope),
                new PlainMlp(act, Linear("mlp.dense_h_to_4h", width, config.IntermediateSize, bias: true), Linear("mlp.dense_4h_to_h", config.IntermediateSize, width, bias: true)));
        }

        return new DecoderPlan(
            source.ModelType,
            "gpt_neox.",
            config.VocabSize,
            width,
            rope.Context,
            new EmbeddingPlan("gpt_neox.embed_in.weight"),
            rope,
            [.. Enumerable.Range(0, config.NumHiddenLayers).Select(Block)],
            Norm("gpt_neox.final_layer_norm"),
            HeadPlan.Of("gpt_neox.embed_in.weight", "embed_out.weight", config.TieWordEmbeddings, "gpt_neox.", names));
    }

    private sealed record Config(
        int HiddenSize,
        int IntermediateSize,
        int NumAttentionHeads,
        int NumHiddenLayers,
        int VocabSize,
        int MaxPositionEmbeddings = 2048,
        string HiddenAct = "gelu",
        double LayerNormEps = 1e-5,
        bool UseParallelResidual = true,
        bool AttentionBias = true,
        bool TieWordEmbeddings = false);
}
