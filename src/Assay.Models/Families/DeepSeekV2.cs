using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>DeepSeek-V2, V2-Lite and Coder-V2: latent attention; experts chosen by softmax, over all or within the best groups.</summary>
/// <remarks>DeepSeek-AI 2024, arXiv:2405.04434. Follows the released code, also where the library's port differs (scale of the scores under yarn).</remarks>
public static class DeepSeekV2
{
    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var parts = DeepSeekParts.Read(source);
        var (config, fields) = (parts.Config, parts.Fields);
        string method = config.TopkMethod ?? "greedy";
        fields.Require("topk_method", method is "greedy" or "group_limited_greedy", "only greedy and group_limited_greedy are known for this version");
        fields.Require("scoring_func", config.ScoringFunc is null or "softmax", "only softmax is known for this version");
        fields.Require("norm_topk_prob", config.NormTopkProb is not true, "the released code and the library's port disagree about what true means");
        fields.Require("rope_interleave", config.RopeInterleave, "this version has interleaved pairs only");
        fields.Require("num_nextn_predict_layers", config.NumNextnPredictLayers == 0, "this version has none");
        var experts = new ExpertFields(config.NRoutedExperts ?? 1, config.NumExpertsPerTok, config.NumHiddenLayers);
        if (config.NRoutedExperts is not null)
        {
            experts.Checked(fields, "n_routed_experts");
        }

        var groups = method == "greedy" || config.NRoutedExperts is null ? null : parts.Groups(bestOf: 1);
        return parts.Model(path => experts.Softmax($"{path}.mlp.gate", renormalise: false) with { Factor = config.RoutedScalingFactor, Groups = groups }, names);
    }
}
