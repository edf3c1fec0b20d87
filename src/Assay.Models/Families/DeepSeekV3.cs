using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>DeepSeek-V3 and R1: latent attention; experts scored by sigmoid and chosen within the best groups after a correction bias.</summary>
/// <remarks>DeepSeek-AI 2024, arXiv:2412.19437 §2.1. The layers that predict further tokens are stored after the last block and not loaded.</remarks>
public static class DeepSeekV3
{
    private const int BestOfGroup = 2;

    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var parts = DeepSeekParts.Read(source);
        var (config, fields) = (parts.Config, parts.Fields);
        fields.Require("topk_method", config.TopkMethod is null or "noaux_tc", "only noaux_tc is known for this version");
        fields.Require("scoring_func", config.ScoringFunc is null or "sigmoid", "only sigmoid is known for this version");
        fields.Require("n_routed_experts", config.NRoutedExperts is not null, "this version needs experts");
        fields.RequireRange("num_nextn_predict_layers", config.NumNextnPredictLayers, 0, 16);
        var experts = new ExpertFields(config.NRoutedExperts!.Value, config.NumExpertsPerTok, config.NumHiddenLayers).Checked(fields, "n_routed_experts");
        var groups = parts.Groups(BestOfGroup);
        RouterPlan Router(string path) => new(
            $"{path}.mlp.gate.weight",
            experts.Count,
            experts.Chosen,
            RouterScore.Sigmoid,
            config.NormTopkProb ?? true,
            config.RoutedScalingFactor,
            groups,
            $"{path}.mlp.gate.e_score_correction_bias");
        return parts.Model(Router, names) with
        {
            Unused = [.. Enumerable.Range(config.NumHiddenLayers, config.NumNextnPredictLayers).SelectMany(layer => (string[])[$"model.layers.{layer}.", $"layers.{layer}."])],
        };
    }
}
