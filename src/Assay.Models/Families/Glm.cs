using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>GLM-4-9B in the library's layout: half of each head rotated in interleaved pairs, gate and up projections fused.</summary>
/// <remarks>GLM team 2024, arXiv:2406.12793. The same models in their first layout are <see cref="ChatGlm"/>.</remarks>
public static class Glm
{
    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var (config, parts) = Read(source);
        return parts.Model(
            config.NumHiddenLayers,
            (_, path) => parts.Block(path, parts.Attention(path, config.AttentionBias, outputBias: false), parts.FusedMlp($"{path}.mlp", config.IntermediateSize)),
            config.VocabSize,
            config.TieWordEmbeddings,
            names);
    }

    /// <summary>What GLM and GLM-4 read alike.</summary>
    internal static (Config Config, LlamaParts Parts) Read(HfModelConfig source)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>([.. RopeFields.Names, "partial_rotary_factor"]);
        fields.Act("hidden_act", config.HiddenAct, Activation.Silu);
        var rope = RopeFields.Read(fields, config.MaxPositionEmbeddings, config.HeadDim, rotated: 0.5);
        fields.Require("partial_rotary_factor", rope.FrequencyWidth == rope.Width, "it must rotate whole interleaved pairs");
        var parts = new LlamaParts(source, fields, config.HiddenSize, config.NumAttentionHeads, config.NumKeyValueHeads, config.HeadDim, config.RmsNormEps, rope) { Interleaved = true };
        return (config, parts.Checked());
    }

    /// <summary>The fields of <c>config.json</c>.</summary>
    internal sealed record Config(
        int HiddenSize,
        int IntermediateSize,
        int NumAttentionHeads,
        int NumHiddenLayers,
        int NumKeyValueHeads,
        int HeadDim,
        int VocabSize,
        int MaxPositionEmbeddings,
        string HiddenAct = "silu",
        double RmsNormEps = 1.5625e-07,
        bool AttentionBias = false,
        bool TieWordEmbeddings = false);
}
