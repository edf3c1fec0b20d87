using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>Qwen1.5, Qwen2 and Qwen2.5: LLaMA's layout with biases on queries, keys and values, and optional windows on the upper layers.</summary>
/// <remarks>Yang et al. 2024, arXiv:2407.10671; arXiv:2412.15115.</remarks>
public static class Qwen2
{
    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>(RopeFields.Names);
        fields.Act("hidden_act", config.HiddenAct, Activation.Silu);
        int headDim = LlamaParts.WidthOfHead(fields, config.HiddenSize, config.NumAttentionHeads, config.HeadDim);
        var rope = RopeFields.Read(fields, config.MaxPositionEmbeddings, headDim);
        var parts = new LlamaParts(source, fields, config.HiddenSize, config.NumAttentionHeads, config.NumKeyValueHeads, headDim, config.RmsNormEps, rope).Checked();
        var windows = LayerWindows.Optional(fields, config.NumHiddenLayers, config.UseSlidingWindow, config.SlidingWindow, config.LayerTypes, index => index >= config.MaxWindowLayers);
        return parts.Model(
            config.NumHiddenLayers,
            (index, path) => parts.Block(path, parts.Attention(path, bias: true, outputBias: false) with { Window = windows[index] }, parts.Mlp($"{path}.mlp", config.IntermediateSize)),
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
        int VocabSize,
        int MaxPositionEmbeddings,
        int? HeadDim = null,
        string HiddenAct = "silu",
        double RmsNormEps = 1e-6,
        bool UseSlidingWindow = false,
        int? SlidingWindow = null,
        int MaxWindowLayers = 28,
        string[]? LayerTypes = null,
        bool TieWordEmbeddings = false);
}
