using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>Mixtral: Mistral's attention, and in every layer a mixture of experts whose chosen weights are renormalised.</summary>
/// <remarks>Jiang et al. 2024, arXiv:2401.04088.</remarks>
public static class Mixtral
{
    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>(RopeFields.Names);
        fields.Act("hidden_act", config.HiddenAct, Activation.Silu);
        int headDim = LlamaParts.WidthOfHead(fields, config.HiddenSize, config.NumAttentionHeads, config.HeadDim);
        var rope = RopeFields.Read(fields, config.MaxPositionEmbeddings, headDim, theta: 1e6);
        var parts = new LlamaParts(source, fields, config.HiddenSize, config.NumAttentionHeads, config.NumKeyValueHeads, headDim, config.RmsNormEps, rope).Checked();
        var experts = new ExpertFields(config.NumLocalExperts, config.NumExpertsPerTok, config.NumHiddenLayers).Checked(fields, "num_local_experts");
        fields.Require("sliding_window", config.SlidingWindow is null or >= 1, "it must be positive");
        return parts.Model(
            config.NumHiddenLayers,
            (_, path) => parts.Block(
                path,
                parts.Attention(path, bias: false, outputBias: false) with { Window = config.SlidingWindow },
                new ExpertsMlp(
                    experts.Softmax($"{path}.block_sparse_moe.gate", renormalise: true),
                    experts.Each(expert => parts.Mlp($"{path}.block_sparse_moe.experts.{expert}", config.IntermediateSize, gate: "w1", up: "w3", down: "w2")),
                    Shared: null,
                    SharedGate: null)),
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
        int NumLocalExperts,
        int NumExpertsPerTok,
        int VocabSize,
        int MaxPositionEmbeddings,
        int? HeadDim = null,
        string HiddenAct = "silu",
        double RmsNormEps = 1e-5,
        int? SlidingWindow = null,
        bool TieWordEmbeddings = false);
}
