using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>Mistral: LLaMA's layout with a sliding window on every layer.</summary>
/// <remarks>Jiang et al. 2023, arXiv:2310.06825. An absent <c>sliding_window</c> means 4096, as in the published code; null means none.</remarks>
public static class Mistral
{
    private const int DefaultWindow = 4096;

    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>(RopeFields.Names);
        fields.Act("hidden_act", config.HiddenAct, Activation.Silu);
        int headDim = LlamaParts.WidthOfHead(fields, config.HiddenSize, config.NumAttentionHeads, config.HeadDim);
        var rope = RopeFields.Read(fields, config.MaxPositionEmbeddings, headDim);
        var parts = new LlamaParts(source, fields, config.HiddenSize, config.NumAttentionHeads, config.NumKeyValueHeads, headDim, config.RmsNormEps, rope).Checked();
        int? window = fields.IsGiven("sliding_window") ? config.SlidingWindow : DefaultWindow;
        var windows = LayerWindows.Read(fields, config.NumHiddenLayers, window, config.LayerTypes, _ => true);
        return parts.Model(
            config.NumHiddenLayers,
            (index, path) => parts.Block(path, parts.Attention(path, bias: false, outputBias: false) with { Window = windows[index] }, parts.Mlp($"{path}.mlp", config.IntermediateSize)),
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
        int? SlidingWindow = null,
        string[]? LayerTypes = null,
        bool TieWordEmbeddings = false);
}
