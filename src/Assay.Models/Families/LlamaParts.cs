using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>What families with LLaMA's layout share: the same names, separate or fused projections, a gated mlp, norms before the branches.</summary>
/// <param name="Source">The configuration.</param>
/// <param name="Fields">The same, for refusals.</param>
/// <param name="Hidden">D.</param>
/// <param name="Heads">H.</param>
/// <param name="KvHeads">K.</param>
/// <param name="HeadDim">Width of a head.</param>
/// <param name="Epsilon">ε of all norms.</param>
/// <param name="Rope">Rotary positions.</param>
/// <remarks>A family varies a part with a <c>with</c> expression, so what differs from LLaMA is what its file says.</remarks>
internal sealed record LlamaParts(HfModelConfig Source, ConfigFields Fields, int Hidden, int Heads, int KvHeads, int HeadDim, double Epsilon, RopePlan Rope)
{
    /// <summary>Formula of the norms.</summary>
    public NormKind Norms { get; init; } = NormKind.Rms;

    /// <summary>Activation of the gated mlps.</summary>
    public Activation Act { get; init; } = Activation.Silu;

    /// <summary>Whether rotary pairs are stored interleaved, as GLM has them.</summary>
    public bool Interleaved { get; init; }

    private int Queries => Fields.Rows("num_attention_heads", Heads, HeadDim);

    private int Keys => KvHeads * HeadDim;

    /// <summary>Width of a head: as given, else D / H.</summary>
    public static int WidthOfHead(ConfigFields fields, int hidden, int heads, int? given)
    {
        fields.Require("hidden_size", given is not null || hidden % heads == 0, $"it must be a multiple of num_attention_heads = {heads} when head_dim is absent");
        return given ?? (hidden / heads);
    }

    /// <summary>Refuses what no family of this layout allows.</summary>
    public LlamaParts Checked()
    {
        Fields.Require("num_key_value_heads", KvHeads >= 1 && Heads % KvHeads == 0, $"it must divide num_attention_heads = {Heads}");
        Fields.RequireRange("rms_norm_eps", Epsilon, 1e-20, 0.5);
        return this;
    }

    /// <summary>A norm over the residual stream.</summary>
    public NormPlan Norm(string name) => new(Norms, name, Epsilon, Hidden);

    /// <summary>Attention with separate q_proj, k_proj, v_proj under <c>path.self_attn</c>.</summary>
    public GroupedAttention Attention(string path, bool bias, bool outputBias) => Attention(
        path,
        new LinearPlan(
        [
            RowBlock.Of($"{path}.self_attn.q_proj", Hidden, Queries, bias) with { Order = Pairs(Heads) },
            RowBlock.Of($"{path}.self_attn.k_proj", Hidden, Keys, bias) with { Order = Pairs(KvHeads) },
            RowBlock.Of($"{path}.self_attn.v_proj", Hidden, Keys, bias),
        ]),
        outputBias);

    /// <summary>Attention with a given projection to queries, keys and values.</summary>
    public GroupedAttention Attention(string path, LinearPlan qkv, bool outputBias) => new(
        Heads,
        KvHeads,
        HeadDim,
        Rope.Width,
        qkv,
        QueryNorm: null,
        KeyNorm: null,
        new LinearPlan([RowBlock.Of($"{path}.self_attn.o_proj", Queries, Hidden, outputBias)]),
        1 / Math.Sqrt(HeadDim),
        PositionKind.Rope);

    /// <summary>The fused projection qkv_proj, stored as query, key, value heads.</summary>
    public LinearPlan FusedQkv(string path) => new([RowBlock.Of($"{path}.self_attn.qkv_proj", Hidden, Queries + (2 * Keys), bias: false)]);

    /// <summary>Norms over each query and key head, as Qwen3 has them.</summary>
    public GroupedAttention WithHeadNorms(string path, GroupedAttention attention) => attention with
    {
        QueryNorm = new NormPlan(Norms, $"{path}.self_attn.q_norm", Epsilon, HeadDim),
        KeyNorm = new NormPlan(Norms, $"{path}.self_attn.k_norm", Epsilon, HeadDim),
    };

    /// <summary>A gated mlp with three projections under <paramref name="path"/>.</summary>
    public GatedMlp Mlp(string path, int width, bool bias = false, string gate = "gate_proj", string up = "up_proj", string down = "down_proj") => new(
        Act,
        new LinearPlan([RowBlock.Of($"{path}.{gate}", Hidden, width, bias), RowBlock.Of($"{path}.{up}", Hidden, width, bias)]),
        new LinearPlan([RowBlock.Of($"{path}.{down}", width, Hidden, bias)]));

    /// <summary>A gated mlp whose gate and up projections are one, gate rows first.</summary>
    public GatedMlp FusedMlp(string path, int width) => new(
        Act,
        new LinearPlan([RowBlock.Of($"{path}.gate_up_proj", Hidden, 2 * width, bias: false)]),
        new LinearPlan([RowBlock.Of($"{path}.down_proj", width, Hidden, bias: false)]));

    /// <summary>A block with a norm before each branch.</summary>
    public BlockPlan Block(string path, AttentionPlan attention, MlpPlan mlp) =>
        new(Norm($"{path}.input_layernorm"), Norm($"{path}.post_attention_layernorm"), attention, mlp);

    /// <summary>The model: <paramref name="layers"/> blocks between embed_tokens and norm.</summary>
    /// <param name="layers">Number of blocks.</param>
    /// <param name="block">Makes the block of an index at a path.</param>
    /// <param name="vocab">V.</param>
    /// <param name="tied">Whether the configuration ties the head to the embeddings.</param>
    /// <param name="names">Stored weights, or null.</param>
    public DecoderPlan Model(int layers, Func<int, string, BlockPlan> block, int vocab, bool tied, IReadOnlyCollection<string>? names) => new(
        Source.ModelType,
        "model.",
        vocab,
        Hidden,
        Rope.Context,
        new EmbeddingPlan("model.embed_tokens.weight"),
        Rope,
        [.. Enumerable.Range(0, layers).Select(index => block(index, $"model.layers.{index}"))],
        Norm("model.norm"),
        HeadPlan.Of("model.embed_tokens.weight", "lm_head.weight", tied, "model.", names));

    private RowOrder Pairs(int heads) => Interleaved ? new EvenOddRows(heads, HeadDim, 0, Rope.Width) : RowOrder.Identity;
}
