using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>ChatGLM2, ChatGLM3 and GLM-4-9B in their first layout: half of each head rotated in interleaved pairs, everything fused.</summary>
/// <remarks>GLM team 2024, arXiv:2406.12793. ChatGLM 1 (two-dimensional positions, prefix mask) also says <c>chatglm</c> and is refused by its fields.</remarks>
public static class ChatGlm
{
    private const double Base = 10_000;
    private const string Embeddings = "transformer.embedding.word_embeddings.weight";

    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>();
        int heads = config.NumAttentionHeads;
        int layers = fields.Either("num_layers", config.NumLayers, "num_hidden_layers", config.NumHiddenLayers);
        int kvHeads = config.MultiQueryGroupNum;
        int rotary = config.KvChannels / 2;
        fields.Require("multi_query_attention", config.MultiQueryAttention, "only true is supported: the other layout has never been published");
        fields.Require("multi_query_group_num", heads % kvHeads == 0, $"it must divide num_attention_heads = {heads}");
        fields.Require("kv_channels", config.KvChannels % 4 == 0, "half of it is rotated in pairs, so it must be a multiple of 4");
        fields.Require("apply_residual_connection_post_layernorm", !config.ApplyResidualConnectionPostLayernorm, "residuals from normalised values are not supported");
        fields.Require("post_layer_norm", config.PostLayerNorm, "a model without its final norm is not supported");
        fields.Require("original_rope", config.OriginalRope, "only true is known");
        fields.Require("tie_word_embeddings", !config.TieWordEmbeddings, "this family never ties its head");
        fields.Require("quantization_bit", config.QuantizationBit == 0, "weights quantised by the family's own code are not supported");
        fields.Require("vocab_size", config.VocabSize is null || config.VocabSize <= config.PaddedVocabSize, $"it must be at most padded_vocab_size = {config.PaddedVocabSize}");
        fields.RequireRange("layernorm_epsilon", config.LayernormEpsilon, 1e-20, 0.5);
        fields.RequireRange("rope_ratio", config.RopeRatio, 1e-3, 1e6);
        fields.Require("rope_ratio", config.RopeRatio == 1 || !IsChatGlm2(fields), "ChatGLM2-32k divides positions by it, later models multiply the rotary base; only the latter is supported");
        var rope = new RopePlan(RopeKind.Plain, rotary, Base * config.RopeRatio, config.SeqLength, 1, 1, 4, config.SeqLength);
        NormPlan Norm(string name) => new(config.Rmsnorm ? NormKind.Rms : NormKind.Layer, name, config.LayernormEpsilon, config.HiddenSize);
        BlockPlan Block(int index)
        {
            string path = $"transformer.encoder.layers.{index}";
            int width = config.HiddenSize;
            int queries = fields.Rows("kv_channels", heads, config.KvChannels);
            bool bias = config.AddBiasLinear;
            int all = queries + (2 * kvHeads * config.KvChannels);
            var order = new EvenOddRows(heads + kvHeads, config.KvChannels, 0, rotary);
            return new BlockPlan(
                Norm($"{path}.input_layernorm"),
                Norm($"{path}.post_attention_layernorm"),
                new GroupedAttention(
                    heads,
                    kvHeads,
                    config.KvChannels,
                    rotary,
                    new LinearPlan([RowBlock.Of($"{path}.self_attention.query_key_value", width, all, bias || config.AddQkvBias) with { Order = order }]),
                    QueryNorm: null,
                    KeyNorm: null,
                    new LinearPlan([RowBlock.Of($"{path}.self_attention.dense", queries, width, bias)]),
                    1 / Math.Sqrt(config.KvChannels),
                    PositionKind.Rope),
                new GatedMlp(
                    Activation.Silu,
                    new LinearPlan([RowBlock.Of($"{path}.mlp.dense_h_to_4h", width, 2 * config.FfnHiddenSize, bias)]),
                    new LinearPlan([RowBlock.Of($"{path}.mlp.dense_4h_to_h", config.FfnHiddenSize, width, bias)])));
        }

        return new DecoderPlan(
            source.ModelType,
            "transformer.",
            config.PaddedVocabSize,
            config.HiddenSize,
            config.SeqLength,
            new EmbeddingPlan(Embeddings),
            rope,
            [.. Enumerable.Range(0, layers).Select(Block)],
            Norm("transformer.encoder.final_layernorm"),
            HeadPlan.Of(Embeddings, "transformer.output_layer.weight", tied: false, "transformer.", names))
        {
            HiddenBeforeFinalNorm = true,
        };
    }

    private static bool IsChatGlm2(ConfigFields fields) => fields["_name_or_path"]?.ToString().Contains("chatglm2", StringComparison.OrdinalIgnoreCase) is true;

    // What nothing above reads chose number formats and fusions of the training code, not what it computes.
    private sealed record Config(
        int HiddenSize,
        int FfnHiddenSize,
        int KvChannels,
        int MultiQueryGroupNum,
        int NumAttentionHeads,
        int PaddedVocabSize,
        int SeqLength,
        int? NumLayers = null,
        int? NumHiddenLayers = null,
        int? VocabSize = null,
        double LayernormEpsilon = 1e-5,
        double RopeRatio = 1,
        int QuantizationBit = 0,
        bool MultiQueryAttention = false,
        bool AddBiasLinear = false,
        bool AddQkvBias = false,
        bool ApplyResidualConnectionPostLayernorm = false,
        bool PostLayerNorm = true,
        bool OriginalRope = true,
        bool Rmsnorm = true,
        bool TieWordEmbeddings = false,
        bool ApplyQueryKeyLayerScaling = true,
        bool AttentionSoftmaxInFp32 = true,
        bool BiasDropoutFusion = true,
        bool Fp32ResidualConnection = false);
}
