using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>LLaMA 1 to 3 and what shares its layout: DeepSeek-LLM, the R1 distillations, SmolLM, the starter model.</summary>
/// <remarks>Touvron et al. 2023, arXiv:2302.13971; Grattafiori et al. 2024, arXiv:2407.21783 §3.2.</remarks>
public static class Llama
{
    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>(RopeFields.Names);
        fields.Act("hidden_act", config.HiddenAct, Activation.Silu);
        int headDim = LlamaParts.WidthOfHead(fields, config.HiddenSize, config.NumAttentionHeads, config.HeadDim);
        var rope = RopeFields.Read(fields, config.MaxPositionEmbeddings, headDim);
        var parts = new LlamaParts(source, fields, config.HiddenSize, config.NumAttentionHeads, config.NumKeyValueHeads ?? config.NumAttentionHeads, headDim, config.RmsNormEps, rope).Checked();
        return parts.Model(
            config.NumHiddenLayers,
            (_, path) => parts.Block(path, parts.Attention(path, config.AttentionBias, config.AttentionBias), parts.Mlp($"{path}.mlp", config.IntermediateSize, config.MlpBias)),
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
        int MaxPositionEmbeddings = 2048,
        int? NumKeyValueHeads = null,
        int? HeadDim = null,
        string HiddenAct = "silu",
        double RmsNormEps = 1e-6,
        bool AttentionBias = false,
        bool MlpBias = false,
        bool TieWordEmbeddings = false);
}
