using Assay.Data.Formats;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Families;

/// <summary>Falcon with rotary positions: parallel branches behind one norm (7B, 11B) or two (40B, 180B), or the sequential first form.</summary>
/// <remarks>
/// Almazrouei et al. 2023, arXiv:2311.16867. ALiBi (Falcon-RW) is refused: its published code rounds the slopes to bf16.
/// </remarks>
public static class Falcon
{
    internal static DecoderPlan Describe(HfModelConfig source, IReadOnlyCollection<string>? names)
    {
        var fields = new ConfigFields(source);
        var config = fields.As<Config>(RopeFields.Names);
        var act = fields.Act("activation", config.Activation, Activation.Gelu, Activation.GeluTanh);
        int width = config.HiddenSize;
        int heads = config.NumAttentionHeads;
        bool grouped = config.NewDecoderArchitecture;
        fields.Require("hidden_size", width % heads == 0, $"it must be a multiple of num_attention_heads = {heads}");
        fields.Require("parallel_attn", config.ParallelAttn || !grouped, "the new decoder architecture is always parallel");
        fields.Require("num_ln_in_parallel_attn", config.NumLnInParallelAttn is null or 1 || (config.NumLnInParallelAttn is 2 && grouped), "it must be 1, or 2 with new_decoder_architecture");
        fields.Require("apply_residual_connection_post_layernorm", !config.ApplyResidualConnectionPostLayernorm, "residuals from normalised values are not supported");
        fields.RequireRange("layer_norm_epsilon", config.LayerNormEpsilon, 1e-20, 0.5);
        int kvHeads = grouped ? config.NumKvHeads ?? heads : config.MultiQuery ? 1 : heads;
        fields.Require("num_kv_heads", heads % kvHeads == 0, $"it must divide num_attention_heads = {heads}");
        fields.Require("num_kv_heads", grouped || config.MultiQuery || config.NumKvHeads is null || config.NumKvHeads == heads, "without multi_query the old decoder has as many as num_attention_heads");
        int inner = config.FfnHiddenSize ?? fields.Rows("hidden_size", config.FfFactor ?? 4, width);
        fields.Require("ff_factor", config.FfFactor is null || inner == (long)config.FfFactor * width, "it contradicts ffn_hidden_size");
        var rope = RopeFields.Read(fields, config.MaxPositionEmbeddings, width / heads);
        var shape = new Shape(config, fields, act, kvHeads, inner, rope.Width);
        const string table = "transformer.word_embeddings.weight";
        return new DecoderPlan(
            source.ModelType,
            "transformer.",
            config.VocabSize,
            width,
            rope.Context,
            new EmbeddingPlan(table),
            rope,
            [.. Enumerable.Range(0, config.NumHiddenLayers).Select(shape.Block)],
            shape.Norm("transformer.ln_f"),
            HeadPlan.Of(table, "lm_head.weight", config.TieWordEmbeddings, "transformer.", names));
    }

    private sealed record Shape(Config Config, ConfigFields Fields, Activation Act, int KvHeads, int Inner, int Rotary)
    {
        public NormPlan Norm(string name) => new(NormKind.Layer, name, Config.LayerNormEpsilon, Config.HiddenSize);

        public BlockPlan Block(int index)
        {
            string path = $"transformer.h.{index}";
            int heads = Config.NumAttentionHeads;
            int headDim = Config.HiddenSize / heads;
            bool twoNorms = Config.NewDecoderArchitecture && Config.NumLnInParallelAttn is not 1;
            LinearPlan Linear(string name, int inputs, int outputs) => new([RowBlock.Of($"{path}.{name}", inputs, outputs, Config.Bias)]);

            // One key and value head for all: its rows follow the queries'. Otherwise each group's rows lie together.
            var qkv = RowBlock.Of($"{path}.self_attention.query_key_value", Config.HiddenSize, Fields.Rows("num_attention_heads", heads + (2 * KvHeads), headDim), Config.Bias);
            var order = KvHeads == 1 ? RowOrder.Identity : new GroupedRows(KvHeads, heads / KvHeads, headDim);
            return new BlockPlan(
                Config.NewDecoderArchitecture || Config.ParallelAttn,
                Norm(twoNorms ? $"{path}.ln_attn" : $"{path}.input_layernorm"),
                Post1: null,
                twoNorms ? Norm($"{path}.ln_mlp") : Config.ParallelAttn ? null : Norm($"{path}.post_attention_layernorm"),
                Post2: null,
                new GroupedAttention(
                    heads,
                    KvHeads,
                    headDim,
                    Rotary,
                    new LinearPlan([qkv with { Order = order }]),
                    QueryNorm: null,
                    KeyNorm: null,
                    Linear("self_attention.dense", Config.HiddenSize, Config.HiddenSize),
                    1 / Math.Sqrt(headDim),
                    PositionKind.Rope),
                new PlainMlp(Act, Linear("mlp.dense_h_to_4h", Config.HiddenSize, Inner), Linear("mlp.dense_4h_to_h", Inner, Config.HiddenSize)));
        }
    }

    private sealed record Config(
        int HiddenSize,
        int NumAttentionHeads,
        int NumHiddenLayers,
        int VocabSize,
        int MaxPositionEmbeddings = 2048,
        int? NumKvHeads = null,
        int? NumLnInParallelAttn = null,
        int? FfnHiddenSize = null,
        int? FfFactor = null,
        string Activation = "gelu",
        double LayerNormEpsilon = 1e-5,
        bool NewDecoderArchitecture = false,
        bool MultiQuery = true,
        bool ParallelAttn = true,
        bool Bias = false,
        bool ApplyResidualConnectionPostLayernorm = false,
        bool TieWordEmbeddings = true);
}
