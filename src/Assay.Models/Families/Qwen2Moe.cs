using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>Qwen1.5-MoE and Qwen2-MoE: Qwen2's attention; routed experts plus one shared expert behind a sigmoid gate.</summary>
/// <remarks>Yang et al. 2024, arXiv:2407.10671 §2.2.2.</remarks>
public static class Qwen2Moe
{
    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>(RopeFields.Names);
        fields.Act("hidden_act", config.HiddenAct, Activation.Silu);
        int headDim = LlamaParts.WidthOfHead(fields, config.HiddenSize, config.NumAttentionHeads, given: null);
        var rope = RopeFields.Read(fields, config.MaxPositionEmbeddings, headDim);
        var parts = new LlamaParts(source, fields, config.HiddenSize, config.NumAttentionHeads, config.NumKeyValueHeads, headDim, config.RmsNormEps, rope).Checked();
        var experts = new ExpertFields(config.NumExperts, config.NumExpertsPerTok, config.NumHiddenLayers).Checked(fields, "num_experts");
        fields.RequireRange("decoder_sparse_step", config.DecoderSparseStep, 1, config.NumHiddenLayers);
        var windows = LayerWindows.Optional(fields, config.NumHiddenLayers, config.UseSlidingWindow, config.SlidingWindow, config.LayerTypes, slides: null);
        bool Dense(int index) => (config.MlpOnlyLayers ?? []).Contains(index) || (index + 1) % config.DecoderSparseStep != 0;
        return parts.Model(
            config.NumHiddenLayers,
            (index, path) => parts.Block(
                path,
                parts.Attention(path, config.QkvBias, outputBias: false) with { Window = windows[index] },
                Dense(index)
                    ? parts.Mlp($"{path}.mlp", config.IntermediateSize)
                    : new ExpertsMlp(
                        experts.Softmax($"{path}.mlp.gate", config.NormTopkProb),
                        experts.Each(expert => parts.Mlp($"{path}.mlp.experts.{expert}", config.MoeIntermediateSize)),
                        parts.Mlp($"{path}.mlp.shared_expert", config.SharedExpertIntermediateSize),
                        $"{path}.mlp.shared_expert_gate.weight")),
            config.VocabSize,
            config.TieWordEmbeddings,
            names);
    }

    private sealed record Config(
        int HiddenSize,
        int IntermediateSize,
        int MoeIntermediateSize,
        int SharedExpertIntermediateSize,
        int NumAttentionHeads,
        int NumHiddenLayers,
        int NumKeyValueHeads,
        int NumExperts,
        int NumExpertsPerTok,
        int VocabSize,
        int MaxPositionEmbeddings,
        int DecoderSparseStep = 1,
        int[]? MlpOnlyLayers = null,
        bool NormTopkProb = false,
        bool QkvBias = true,
        string HiddenAct = "silu",
        double RmsNormEps = 1e-6,
        bool UseSlidingWindow = false,
        int? SlidingWindow = null,
        int MaxWindowLayers = 28,
        string[]? LayerTypes = null,
        bool TieWordEmbeddings = false);
}
