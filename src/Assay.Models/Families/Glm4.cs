using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>GLM-4-0414 and GLM-Z1: <see cref="Glm"/> with a second norm after each branch.</summary>
public static class Glm4
{
    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var (config, parts) = Glm.Read(source);
        return parts.Model(
            config.NumHiddenLayers,
            (_, path) => parts.Block(path, parts.Attention(path, config.AttentionBias, outputBias: false), parts.FusedMlp($"{path}.mlp", config.IntermediateSize)) with
            {
                Post1 = parts.Norm($"{path}.post_self_attn_layernorm"),
                Post2 = parts.Norm($"{path}.post_mlp_layernorm"),
            },
            config.VocabSize,
            config.TieWordEmbeddings,
            names);
    }
}
