using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>Qwen3-MoE: Qwen3's attention and routed experts without a shared one.</summary>
/// <remarks>Yang et al. 2025, arXiv:2505.09388.</remarks>
public static class Qwen3Moe
{
    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>(RopeFields.Names);
        fields.Act("hidden_act", config.HiddenAct, Activation.Silu);
        int headDim = LlamaParts.WidthOfHead(fields, config.HiddenSize, config.NumAttentionHeads, config.HeadDim);
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
                parts.WithHeadNorms(path, parts.Attention(path, config.AttentionBias, config.AttentionBias)) with { Window = windows[index] },
                Dense(index)
                    ? parts.Mlp($"{path}.mlp", config.IntermediateSize)
                    : new ExpertsMlp(
                        experts.Softmax($"{path}.mlp.gate", config.NormTopkProb),
                        experts.Each(expert => parts.Mlp($"{path}.mlp.experts.{expert}", config.MoeIntermediateSize)),
                        Shared: null,
                        SharedGate: null)),
            config.VocabSize,
            config.TieWordEmbeddings,
            names);
    }

    private sealed record Config(
        int HiddenSize,
        int IntermediateSize,
        int MoeIntermediateSize,
        int NumAttentionHeads,
        int NumHiddenLayers,
        int NumKeyValueHeads,
        int NumExperts,
        int NumExpertsPerTok,
        int VocabSize,
        int MaxPositionEmbeddings,
        int? HeadDim = null,
        int DecoderSparseStep = 1,
        int[]? MlpOnlyLayers = null,
        bool NormTopkProb = false,
        bool AttentionBias = false,
        string HiddenAct = "silu",
        double RmsNormEps = 1e-6,
        bool UseSlidingWindow = false,
        int? SlidingWindow = null,
        int MaxWindowLayers = 28,
        string[]? LayerTypes = null,
        bool TieWordEmbeddings = false);
}
