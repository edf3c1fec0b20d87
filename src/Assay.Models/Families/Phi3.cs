using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>Phi-3, Phi-3.5 and Phi-4-mini: LLaMA's layout with fused qkv_proj and gate_up_proj, and long contexts by longrope.</summary>
/// <remarks>Abdin et al. 2024, arXiv:2404.14219.</remarks>
public static class Phi3
{
    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>([.. RopeFields.Names, "partial_rotary_factor"]);
        fields.Act("hidden_act", config.HiddenAct, Activation.Silu);
        fields.Require("sliding_window", config.SlidingWindow is null or >= 1, "it must be positive");
        int headDim = LlamaParts.WidthOfHead(fields, config.HiddenSize, config.NumAttentionHeads, config.HeadDim);
        var rope = RopeFields.Read(fields, config.MaxPositionEmbeddings, headDim, rotated: 1);
        int kvHeads = config.NumKeyValueHeads ?? config.NumAttentionHeads;
        var parts = new LlamaParts(source, fields, config.HiddenSize, config.NumAttentionHeads, kvHeads, headDim, config.RmsNormEps, rope).Checked();
        return parts.Model(
            config.NumHiddenLayers,
            (_, path) => parts.Block(
                path,
                parts.Attention(path, parts.FusedQkv(path), outputBias: false) with { Window = config.SlidingWindow },
                parts.FusedMlp($"{path}.mlp", config.IntermediateSize)),
            config.VocabSize,
            config.TieWordEmbeddings,
            names);
    }

    private sealed record Config(
        int HiddenSize,
        int IntermediateSize,
        int NumAttentionHeads,
        int NumHiddenLayers,
        int VocabSize,
        int MaxPositionEmbeddings,
        int? NumKeyValueHeads = null,
        int? HeadDim = null,
        string HiddenAct = "silu",
        double RmsNormEps = 1e-5,
        int? SlidingWindow = null,
        bool TieWordEmbeddings = false);
}
