using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>What DeepSeek-V2 and V3 share: latent attention, the first layers dense, then routed and shared experts.</summary>
/// <param name="Config">The configuration.</param>
/// <param name="Fields">The same, for refusals.</param>
/// <param name="Llama">Norms and mlps.</param>
/// <remarks>DeepSeek-AI 2024, arXiv:2405.04434 and arXiv:2412.19437.</remarks>
internal sealed record DeepSeekParts(DeepSeekConfig Config, ConfigFields Fields, LlamaParts Llama)
{
    // The norms of compressed rows are made with the norm's own default, whatever rms_norm_eps says.
    private const double InnerEpsilon = 1e-6;

    /// <summary>Reads and checks the fields both versions have.</summary>
    public static DeepSeekParts Read(HfModelConfig source)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<DeepSeekConfig>(RopeFields.Names);
        fields.Act("hidden_act", config.HiddenAct, Activation.Silu);
        fields.Require("num_key_value_heads", config.NumKeyValueHeads is null || config.NumKeyValueHeads == config.NumAttentionHeads, "latent attention has as many as num_attention_heads");
        fields.Require("head_dim", config.HeadDim is null || config.HeadDim == config.QkRopeHeadDim, $"it must be qk_rope_head_dim = {config.QkRopeHeadDim}");
        fields.Require("qk_head_dim", config.QkHeadDim is null || config.QkHeadDim == config.QkNopeHeadDim + config.QkRopeHeadDim, "it must be qk_nope_head_dim + qk_rope_head_dim");
        fields.RequireRange("first_k_dense_replace", config.FirstKDenseReplace, 0, config.NumHiddenLayers);
        fields.RequireRange("moe_layer_freq", config.MoeLayerFreq, 1, config.NumHiddenLayers);
        fields.RequireRange("n_shared_experts", config.NSharedExperts ?? 0, 0, 64);
        fields.RequireRange("routed_scaling_factor", config.RoutedScalingFactor, 1e-6, 1e6);
        var rope = RopeFields.Read(fields, config.MaxPositionEmbeddings, config.QkRopeHeadDim);
        return new DeepSeekParts(config, fields, new LlamaParts(source, fields, config.HiddenSize, config.NumAttentionHeads, config.NumAttentionHeads, config.QkRopeHeadDim, config.RmsNormEps, rope).Checked());
    }

    /// <summary>The model, given how a layer's experts are chosen.</summary>
    /// <param name="router">Makes the router of the layer at a path; experts, chosen and limits of groups are checked already.</param>
    /// <param name="names">Stored weights, or null.</param>
    public DecoderPlan Model(Func<string, RouterPlan> router, IReadOnlyCollection<string>? names) => Llama.Model(
        Config.NumHiddenLayers,
        (index, path) => Llama.Block(path, Attention($"{path}.self_attn"), Config.NRoutedExperts is { } count && index >= Config.FirstKDenseReplace && index % Config.MoeLayerFreq == 0
            ? Experts(path, count, router(path))
            : Llama.Mlp($"{path}.mlp", Config.IntermediateSize)),
        Config.VocabSize,
        Config.TieWordEmbeddings,
        names);

    /// <summary>Checked groups for choosing experts.</summary>
    /// <param name="bestOf">Scores that make a group's score.</param>
    public RouterGroups Groups(int bestOf)
    {
        int experts = Config.NRoutedExperts ?? 1;
        Fields.Require("n_group", Config.NGroup is { } count && count >= 1 && experts % count == 0 && experts / count >= bestOf, $"it must divide n_routed_experts = {experts} into groups of at least {bestOf}");
        Fields.Require("topk_group", Config.TopkGroup is { } kept && kept >= 1 && kept <= Config.NGroup, $"it must be from 1 to n_group = {Config.NGroup}");
        Fields.Require("num_experts_per_tok", Config.NumExpertsPerTok <= Config.TopkGroup * (experts / Config.NGroup), "the kept groups have fewer experts");
        return new RouterGroups(Config.NGroup!.Value, Config.TopkGroup!.Value, bestOf);
    }

    private LatentAttention Attention(string path)
    {
        int nope = Config.QkNopeHeadDim;
        int rotary = Config.QkRopeHeadDim;
        int heads = Config.NumAttentionHeads;
        int rank = Config.KvLoraRank;
        int queries = Fields.Rows("qk_nope_head_dim", heads, nope + rotary);
        int values = Fields.Rows("v_head_dim", heads, Config.VHeadDim);
        var queryOrder = Pairs(heads, nope + rotary, nope, rotary);
        var query = Config.QLoraRank is { } queryRank
            ? RowBlock.Of($"{path}.q_b_proj", queryRank, queries, bias: false)
            : RowBlock.Of($"{path}.q_proj", Config.HiddenSize, queries, bias: false);
        return new LatentAttention(
            heads,
            nope,
            rotary,
            Config.VHeadDim,
            rank,
            Config.QLoraRank is { } down ? new LinearPlan([RowBlock.Of($"{path}.q_a_proj", Config.HiddenSize, down, Config.AttentionBias)]) : null,
            Config.QLoraRank is { } width ? new NormPlan(NormKind.Rms, $"{path}.q_a_layernorm", InnerEpsilon, width) : null,
            new LinearPlan([query with { Order = queryOrder }]),
            new LinearPlan([RowBlock.Of($"{path}.kv_a_proj_with_mqa", Config.HiddenSize, rank + rotary, Config.AttentionBias) with { Order = Pairs(1, rank + rotary, rank, rotary) }]),
            new NormPlan(NormKind.Rms, $"{path}.kv_a_layernorm", InnerEpsilon, rank),
            new LinearPlan([RowBlock.Of($"{path}.kv_b_proj", rank, Fields.Rows("v_head_dim", heads, nope + Config.VHeadDim), bias: false)]),
            new LinearPlan([RowBlock.Of($"{path}.o_proj", values, Config.HiddenSize, Config.AttentionBias)]),
            Llama.Rope.ScoreMagnitude / Math.Sqrt(nope + rotary));
    }

    private ExpertsMlp Experts(string path, int count, RouterPlan router) => new(
        router,
        [.. Enumerable.Range(0, count).Select(expert => Llama.Mlp($"{path}.mlp.experts.{expert}", Config.MoeIntermediateSize))],
        Config.NSharedExperts is > 0 and var shared ? Llama.Mlp($"{path}.mlp.shared_experts", Fields.Rows("n_shared_experts", shared, Config.MoeIntermediateSize)) : null,
        SharedGate: null);

    private RowOrder Pairs(int heads, int headDim, int offset, int rotary) =>
        Config.RopeInterleave ? new EvenOddRows(heads, headDim, offset, rotary) : RowOrder.Identity;
}
