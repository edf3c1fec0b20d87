using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>Gemma 2: <see cref="Gemma"/> with a norm after each branch, caps on scores and logits, and a window on every other layer.</summary>
/// <remarks>
/// Gemma team 2024, arXiv:2408.00118. Absent caps and windows mean the published code's defaults (50, 30, 4096); null turns them off.
/// </remarks>
public static class Gemma2
{
    private const int DefaultWindow = 4096;
    private const double DefaultScoreCap = 50;
    private const double DefaultLogitCap = 30;

    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>(RopeFields.Names);
        fields.Act("hidden_act", config.HiddenAct, Activation.GeluTanh);
        fields.Act("hidden_activation", config.HiddenActivation, Activation.GeluTanh);
        fields.RequireRange("query_pre_attn_scalar", config.QueryPreAttnScalar, 1e-3, 1e6);
        double? scoreCap = Cap(fields, "attn_logit_softcapping", config.AttnLogitSoftcapping, DefaultScoreCap);
        double? logitCap = Cap(fields, "final_logit_softcapping", config.FinalLogitSoftcapping, DefaultLogitCap);
        int? window = fields.IsGiven("sliding_window") ? config.SlidingWindow : DefaultWindow;
        var windows = LayerWindows.Read(fields, config.NumHiddenLayers, window, config.LayerTypes, index => index % 2 == 0);
        var rope = RopeFields.Read(fields, config.MaxPositionEmbeddings, config.HeadDim);
        var parts = new LlamaParts(source, fields, config.HiddenSize, config.NumAttentionHeads, config.NumKeyValueHeads, config.HeadDim, config.RmsNormEps, rope)
        {
            Norms = NormKind.RmsPlusOne,
            Act = Activation.GeluTanh,
        }.Checked();
        BlockPlan Block(int index, string path) => new(
            Parallel: false,
            parts.Norm($"{path}.input_layernorm"),
            parts.Norm($"{path}.post_attention_layernorm"),
            parts.Norm($"{path}.pre_feedforward_layernorm"),
            parts.Norm($"{path}.post_feedforward_layernorm"),
            parts.Attention(path, config.AttentionBias, config.AttentionBias) with { Scale = 1 / Math.Sqrt(config.QueryPreAttnScalar), SoftCap = scoreCap, Window = windows[index] },
            parts.Mlp($"{path}.mlp", config.IntermediateSize));
        var plan = parts.Model(config.NumHiddenLayers, Block, config.VocabSize, config.TieWordEmbeddings, names);
        return plan with
        {
            Embedding = plan.Embedding with { Scale = Math.Sqrt(config.HiddenSize) },
            Head = plan.Head with { SoftCap = logitCap },
        };
    }

    private static double? Cap(ConfigFields fields, string name, double? given, double absent)
    {
        double? cap = fields.IsGiven(name) ? given : absent;
        fields.Require(name, cap is null or (>= 1e-3 and <= 1e6), "a cap must be positive");
        return cap;
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
        double QueryPreAttnScalar = 256,
        double? AttnLogitSoftcapping = null,
        double? FinalLogitSoftcapping = null,
        int? SlidingWindow = null,
        string[]? LayerTypes = null,
        string HiddenAct = "gelu_pytorch_tanh",
        string HiddenActivation = "gelu_pytorch_tanh",
        double RmsNormEps = 1e-6,
        bool AttentionBias = false,
        bool TieWordEmbeddings = true);
}
