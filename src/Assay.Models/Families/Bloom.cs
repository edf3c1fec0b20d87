using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>BLOOM and BLOOMZ: ALiBi instead of positions, a norm after the embeddings, fused projections stored per head.</summary>
/// <remarks>BigScience 2022, arXiv:2211.05100. Published configurations use two names for some fields; both are read and must agree.</remarks>
public static class Bloom
{
    private const int DefaultContext = 2048;

    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>();
        int width = fields.Either("n_embed", config.NEmbed, "hidden_size", config.HiddenSize);
        int heads = fields.Either("n_head", config.NHead, "num_attention_heads", config.NumAttentionHeads);
        int layers = fields.Either("n_layer", config.NLayer, "num_hidden_layers", config.NumHiddenLayers);
        fields.Require("hidden_size", width % heads == 0, $"it must be a multiple of the number of heads = {heads}");
        fields.Require("n_inner", config.NInner is null || config.NInner == 4L * width, "the published code always uses 4 times the hidden size");
        fields.Require("apply_residual_connection_post_layernorm", !config.ApplyResidualConnectionPostLayernorm, "residuals from normalised values are not supported");
        fields.RequireRange("layer_norm_epsilon", config.LayerNormEpsilon, 1e-20, 0.5);
        NormPlan Norm(string name) => new(NormKind.Layer, name, config.LayerNormEpsilon, width);
        BlockPlan Block(int index)
        {
            string path = $"transformer.h.{index}";
            int inner = fields.Rows("hidden_size", 4, width);
            LinearPlan Linear(string name, int inputs, int outputs) => new([RowBlock.Of($"{path}.{name}", inputs, outputs, bias: true)]);
            return new BlockPlan(
                Norm($"{path}.input_layernorm"),
                Norm($"{path}.post_attention_layernorm"),
                new GroupedAttention(
                    heads,
                    heads,
                    width / heads,
                    Rotary: 0,
                    new LinearPlan([RowBlock.Of($"{path}.self_attention.query_key_value", width, 3 * width, bias: true) with { Order = new GroupedRows(heads, 1, width / heads) }]),
                    QueryNorm: null,
                    KeyNorm: null,
                    Linear("self_attention.dense", width, width),
                    1 / Math.Sqrt(width / heads),
                    PositionKind.Alibi),
                new PlainMlp(Activation.GeluTanh, Linear("mlp.dense_h_to_4h", width, inner), Linear("mlp.dense_4h_to_h", inner, width)));
        }

        const string table = "transformer.word_embeddings.weight";
        return new DecoderPlan(
            source.ModelType,
            "transformer.",
            config.VocabSize,
            width,
            config.SeqLength ?? DefaultContext,
            new EmbeddingPlan(table, Norm: Norm("transformer.word_embeddings_layernorm")),
            Rope: null,
            [.. Enumerable.Range(0, layers).Select(Block)],
            Norm("transformer.ln_f"),
            HeadPlan.Of(table, "lm_head.weight", config.TieWordEmbeddings, "transformer.", names));
    }

    // What nothing above reads chose how the training code fused or split its work, not what it computes.
    private sealed record Config(
        int VocabSize,
        int? HiddenSize = null,
        int? NEmbed = null,
        int? NHead = null,
        int? NumAttentionHeads = null,
        int? NLayer = null,
        int? NumHiddenLayers = null,
        int? NInner = null,
        int? SeqLength = null,
        double LayerNormEpsilon = 1e-5,
        bool ApplyResidualConnectionPostLayernorm = false,
        bool TieWordEmbeddings = true,
        bool SlowButExact = false,
        bool AttentionSoftmaxInFp32 = true,
        bool BiasDropoutFusion = true,
        bool MaskedSoftmaxFusion = true,
        bool SkipBiasAdd = true,
        bool SkipBiasAddQkv = false,
        double? OffsetAlibi = null);
}
