using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>Qwen3, dense: LLaMA's layout with a norm on each query and key head before rotation.</summary>
/// <remarks>Yang et al. 2025, arXiv:2505.09388.</remarks>
public static class Qwen3
{
    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>(RopeFields.Names);
        fields.Act("hidden_act", config.HiddenAct, Activation.Silu);
        var rope = RopeFields.Read(fields, config.MaxPositionEmbeddings, config.HeadDim);
        var parts = new LlamaParts(source, fields, config.HiddenSize, config.NumAttentionHeads, config.NumKeyValueHeads, config.HeadDim, config.RmsNormEps, rope).Checked();
        var windows = LayerWindows.Optional(fields, config.NumHiddenLayers, config.UseSlidingWindow, config.SlidingWindow, config.LayerTypes, index => index >= config.MaxWindowLayers);
        return parts.Model(
            config.NumHiddenLayers,
            (index, path) => parts.Block(
                path,
                parts.WithHeadNorms(path, parts.Attention(path, config.AttentionBias, config.AttentionBias)) with { Window = windows[index] },
                parts.Mlp($"{path}.mlp", config.IntermediateSize)),
            config.VocabSize,
            config.TieWordEmbeddings,
            names);
    }

    private sealed record Config(
        int HiddenSize,
        int IntermediateSize,
        int NumAttentionHeads,
        int NumHiddenLayers,
        int NumKeyValueHeads,
        int HeadDim,
        int VocabSize,
        int MaxPositionEmbeddings,
        string HiddenAct = "silu",
        double RmsNormEps = 1e-6,
        bool AttentionBias = false,
        bool UseSlidingWindow = false,
        int? SlidingWindow = null,
        int MaxWindowLayers = 28,
        string[]? LayerTypes = null,
        bool TieWordEmbeddings = false);
}
