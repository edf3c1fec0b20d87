using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>Gemma 1: LLaMA's layout with norms by 1 + w, embeddings times √D, tanh-GELU and a tied head.</summary>
/// <remarks>
/// Gemma team 2024, arXiv:2403.08295. The first files say <c>hidden_act: gelu</c> and mean the tanh approximation, which the models were trained with.
/// </remarks>
public static class Gemma
{
    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>(RopeFields.Names);
        fields.Act("hidden_act", config.HiddenAct, Activation.Gelu, Activation.GeluTanh);
        fields.Act("hidden_activation", config.HiddenActivation, Activation.GeluTanh);
        var rope = RopeFields.Read(fields, config.MaxPositionEmbeddings, config.HeadDim);
        var parts = new LlamaParts(source, fields, config.HiddenSize, config.NumAttentionHeads, config.NumKeyValueHeads, config.HeadDim, config.RmsNormEps, rope)
        {
            Norms = NormKind.RmsPlusOne,
            Act = Activation.GeluTanh,
        }.Checked();
        var plan = parts.Model(
            config.NumHiddenLayers,
            (_, path) => parts.Block(path, parts.Attention(path, config.AttentionBias, config.AttentionBias), parts.Mlp($"{path}.mlp", config.IntermediateSize)),
            config.VocabSize,
            config.TieWordEmbeddings,
            names);
        return plan with { Embedding = plan.Embedding with { Scale = Math.Sqrt(config.HiddenSize) } };
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
        string HiddenAct = "gelu_pytorch_tanh",
        string HiddenActivation = "gelu_pytorch_tanh",
        double RmsNormEps = 1e-6,
        bool AttentionBias = false,
        bool TieWordEmbeddings = true);
}
