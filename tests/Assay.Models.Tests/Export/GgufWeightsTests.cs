using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Data.Formats;
using Assay.Data.Formats.Gguf;
using Assay.Models.Export;
using Assay.Models.Families;
using Assay.Models.Reference;
using Assay.Testing;

namespace Assay.Models.Tests.Export;

/// <summary>Every written family is read back by an independent reader, brought back to the hub's layout by rules written down here, and must be the same bits.</summary>
public sealed partial class GgufWeightsTests : IDisposable
{
    // file name = hub name [: how the rows were changed]; {i} is the block, {e} an expert.
    private const string Llama =
        """
        token_embd.weight = model.embed_tokens.weight
        output_norm.weight = model.norm.weight
        output.weight = lm_head.weight
        blk.{i}.attn_norm.weight = model.layers.{i}.input_layernorm.weight
        blk.{i}.ffn_norm.weight = model.layers.{i}.post_attention_layernorm.weight
        blk.{i}.attn_q.weight = model.layers.{i}.self_attn.q_proj.weight : pairs
        blk.{i}.attn_k.weight = model.layers.{i}.self_attn.k_proj.weight : pairs
        blk.{i}.attn_v.weight = model.layers.{i}.self_attn.v_proj.weight
        blk.{i}.attn_output.weight = model.layers.{i}.self_attn.o_proj.weight
        blk.{i}.ffn_gate.weight = model.layers.{i}.mlp.gate_proj.weight
        blk.{i}.ffn_up.weight = model.layers.{i}.mlp.up_proj.weight
        blk.{i}.ffn_down.weight = model.layers.{i}.mlp.down_proj.weight
        """;

    private const string HalfSplit =
        """
        blk.{i}.attn_q.weight = model.layers.{i}.self_attn.q_proj.weight
        blk.{i}.attn_k.weight = model.layers.{i}.self_attn.k_proj.weight
        """;

    private const string QkvBiases =
        """
        blk.{i}.attn_q.bias = model.layers.{i}.self_attn.q_proj.bias
        blk.{i}.attn_k.bias = model.layers.{i}.self_attn.k_proj.bias
        blk.{i}.attn_v.bias = model.layers.{i}.self_attn.v_proj.bias
        """;

    private const string QkNorms =
        """
        blk.{i}.attn_q_norm.weight = model.layers.{i}.self_attn.q_norm.weight
        blk.{i}.attn_k_norm.weight = model.layers.{i}.self_attn.k_norm.weight
        """;

    private const string Experts =
        """
        blk.{i}.ffn_gate_inp.weight = model.layers.{i}.mlp.gate.weight
        blk.{i}.ffn_gate_exps.weight = model.layers.{i}.mlp.experts.{e}.gate_proj.weight : stack
        blk.{i}.ffn_up_exps.weight = model.layers.{i}.mlp.experts.{e}.up_proj.weight : stack
        blk.{i}.ffn_down_exps.weight = model.layers.{i}.mlp.experts.{e}.down_proj.weight : stack
        """;

    private static readonly Dictionary<string, string[]> Rules = new()
    {
        ["llama2"] = [Llama],
        ["llama3"] = [Llama],
        ["deepseek_llm"] = [Llama],
        ["mistral"] = [Llama],
        ["qwen2"] = [Llama, HalfSplit, QkvBiases],
        ["qwen3"] = [Llama, HalfSplit, QkNorms],
        ["mixtral"] =
        [
            Llama,
            """
            blk.{i}.ffn_gate_inp.weight = model.layers.{i}.block_sparse_moe.gate.weight
            blk.{i}.ffn_gate_exps.weight = model.layers.{i}.block_sparse_moe.experts.{e}.w1.weight : stack
            blk.{i}.ffn_up_exps.weight = model.layers.{i}.block_sparse_moe.experts.{e}.w3.weight : stack
            blk.{i}.ffn_down_exps.weight = model.layers.{i}.block_sparse_moe.experts.{e}.w2.weight : stack
            """,
        ],
        ["qwen2_moe"] =
        [
            Llama, HalfSplit, QkvBiases, Experts,
            """
            blk.{i}.ffn_gate_shexp.weight = model.layers.{i}.mlp.shared_expert.gate_proj.weight
            blk.{i}.ffn_up_shexp.weight = model.layers.{i}.mlp.shared_expert.up_proj.weight
            blk.{i}.ffn_down_shexp.weight = model.layers.{i}.mlp.shared_expert.down_proj.weight
            blk.{i}.ffn_gate_inp_shexp.weight = model.layers.{i}.mlp.shared_expert_gate.weight
            """,
        ],
        ["qwen3_moe"] = [Llama, HalfSplit, QkNorms, Experts],
        ["gpt2"] =
        [
            """
            token_embd.weight = transformer.wte.weight
            output.weight = transformer.wte.weight
            position_embd.weight = transformer.wpe.weight
            output_norm.weight = transformer.ln_f.weight
            output_norm.bias = transformer.ln_f.bias
            blk.{i}.attn_norm.weight = transformer.h.{i}.ln_1.weight
            blk.{i}.attn_norm.bias = transformer.h.{i}.ln_1.bias
            blk.{i}.ffn_norm.weight = transformer.h.{i}.ln_2.weight
            blk.{i}.ffn_norm.bias = transformer.h.{i}.ln_2.bias
            blk.{i}.attn_qkv.weight = transformer.h.{i}.attn.c_attn.weight : transposed
            blk.{i}.attn_qkv.bias = transformer.h.{i}.attn.c_attn.bias
            blk.{i}.attn_output.weight = transformer.h.{i}.attn.c_proj.weight : transposed
            blk.{i}.attn_output.bias = transformer.h.{i}.attn.c_proj.bias
            blk.{i}.ffn_up.weight = transformer.h.{i}.mlp.c_fc.weight : transposed
            blk.{i}.ffn_up.bias = transformer.h.{i}.mlp.c_fc.bias
            blk.{i}.ffn_down.weight = transformer.h.{i}.mlp.c_proj.weight : transposed
            blk.{i}.ffn_down.bias = transformer.h.{i}.mlp.c_proj.bias
            """,
        ],
        ["bloom"] =
        [
            """
            token_embd.weight = transformer.word_embeddings.weight
            output.weight = transformer.word_embeddings.weight
            token_embd_norm.weight = transformer.word_embeddings_layernorm.weight
            token_embd_norm.bias = transformer.word_embeddings_layernorm.bias
            output_norm.weight = transformer.ln_f.weight
            output_norm.bias = transformer.ln_f.bias
            blk.{i}.attn_norm.weight = transformer.h.{i}.input_layernorm.weight
            blk.{i}.attn_norm.bias = transformer.h.{i}.input_layernorm.bias
            blk.{i}.ffn_norm.weight = transformer.h.{i}.post_attention_layernorm.weight
            blk.{i}.ffn_norm.bias = transformer.h.{i}.post_attention_layernorm.bias
            blk.{i}.attn_qkv.weight = transformer.h.{i}.self_attention.query_key_value.weight : heads
            blk.{i}.attn_qkv.bias = transformer.h.{i}.self_attention.query_key_value.bias : heads
            blk.{i}.attn_output.weight = transformer.h.{i}.self_attention.dense.weight
            blk.{i}.attn_output.bias = transformer.h.{i}.self_attention.dense.bias
            blk.{i}.ffn_up.weight = transformer.h.{i}.mlp.dense_h_to_4h.weight
            blk.{i}.ffn_up.bias = transformer.h.{i}.mlp.dense_h_to_4h.bias
            blk.{i}.ffn_down.weight = transformer.h.{i}.mlp.dense_4h_to_h.weight
            blk.{i}.ffn_down.bias = transformer.h.{i}.mlp.dense_4h_to_h.bias
            """,
        ],
        ["gpt_neox"] =
        [
            """
            token_embd.weight = gpt_neox.embed_in.weight
            output.weight = embed_out.weight
            output_norm.weight = gpt_neox.final_layer_norm.weight
            output_norm.bias = gpt_neox.final_layer_norm.bias
            blk.{i}.attn_norm.weight = gpt_neox.layers.{i}.input_layernorm.weight
            blk.{i}.attn_norm.bias = gpt_neox.layers.{i}.input_layernorm.bias
            blk.{i}.ffn_norm.weight = gpt_neox.layers.{i}.post_attention_layernorm.weight
            blk.{i}.ffn_norm.bias = gpt_neox.layers.{i}.post_attention_layernorm.bias
            blk.{i}.attn_qkv.weight = gpt_neox.layers.{i}.attention.query_key_value.weight : heads
            blk.{i}.attn_qkv.bias = gpt_neox.layers.{i}.attention.query_key_value.bias : heads
            blk.{i}.attn_output.weight = gpt_neox.layers.{i}.attention.dense.weight
            blk.{i}.attn_output.bias = gpt_neox.layers.{i}.attention.dense.bias
            blk.{i}.ffn_up.weight = gpt_neox.layers.{i}.mlp.dense_h_to_4h.weight
            blk.{i}.ffn_up.bias = gpt_neox.layers.{i}.mlp.dense_h_to_4h.bias
            blk.{i}.ffn_down.weight = gpt_neox.layers.{i}.mlp.dense_4h_to_h.weight
            blk.{i}.ffn_down.bias = gpt_neox.layers.{i}.mlp.dense_4h_to_h.bias
            """,
        ],
        ["falcon"] =
        [
            """
            token_embd.weight = transformer.word_embeddings.weight
            output_norm.weight = transformer.ln_f.weight
            output_norm.bias = transformer.ln_f.bias
            blk.{i}.attn_norm.weight = transformer.h.{i}.input_layernorm.weight
            blk.{i}.attn_norm.bias = transformer.h.{i}.input_layernorm.bias
            blk.{i}.attn_qkv.weight = transformer.h.{i}.self_attention.query_key_value.weight
            blk.{i}.attn_output.weight = transformer.h.{i}.self_attention.dense.weight
            blk.{i}.ffn_up.weight = transformer.h.{i}.mlp.dense_h_to_4h.weight
            blk.{i}.ffn_down.weight = transformer.h.{i}.mlp.dense_4h_to_h.weight
            """,
        ],
        ["gemma"] =
        [
            Llama, HalfSplit,
            """
            output_norm.weight = model.norm.weight : plus one
            blk.{i}.attn_norm.weight = model.layers.{i}.input_layernorm.weight : plus one
            blk.{i}.ffn_norm.weight = model.layers.{i}.post_attention_layernorm.weight : plus one
            """,
        ],
        ["phi3"] =
        [
            Llama,
            """
            blk.{i}.attn_qkv.weight = model.layers.{i}.self_attn.qkv_proj.weight
            blk.{i}.ffn_up.weight = model.layers.{i}.mlp.gate_up_proj.weight
            """,
        ],
        ["glm4"] =
        [
            Llama, HalfSplit, QkvBiases,
            """
            blk.{i}.ffn_up.weight = model.layers.{i}.mlp.gate_up_proj.weight
            blk.{i}.post_attention_norm.weight = model.layers.{i}.post_self_attn_layernorm.weight
            blk.{i}.post_ffw_norm.weight = model.layers.{i}.post_mlp_layernorm.weight
            """,
        ],
        ["glm"] = [Llama, HalfSplit, QkvBiases, "blk.{i}.ffn_up.weight = model.layers.{i}.mlp.gate_up_proj.weight"],
        ["chatglm2"] =
        [
            """
            token_embd.weight = transformer.embedding.word_embeddings.weight
            output_norm.weight = transformer.encoder.final_layernorm.weight
            output.weight = transformer.output_layer.weight
            blk.{i}.attn_norm.weight = transformer.encoder.layers.{i}.input_layernorm.weight
            blk.{i}.ffn_norm.weight = transformer.encoder.layers.{i}.post_attention_layernorm.weight
            blk.{i}.attn_qkv.weight = transformer.encoder.layers.{i}.self_attention.query_key_value.weight
            blk.{i}.attn_qkv.bias = transformer.encoder.layers.{i}.self_attention.query_key_value.bias
            blk.{i}.attn_output.weight = transformer.encoder.layers.{i}.self_attention.dense.weight
            blk.{i}.ffn_up.weight = transformer.encoder.layers.{i}.mlp.dense_h_to_4h.weight
            blk.{i}.ffn_down.weight = transformer.encoder.layers.{i}.mlp.dense_4h_to_h.weight
            """,
        ],
    };

    private readonly string path = Path.Combine(Path.GetTempPath(), $"assay-{Guid.NewGuid():N}.gguf");

    public static TheoryData<string> Written => [.. Rules.Keys];

    public void Dispose() => File.Delete(path);

    [Theory]
    [MemberData(nameof(Written))]
    public void Every_weight_comes_back_under_the_hubs_name(string golden)
    {
        string folder = Goldens.Require($"models/{golden}");
        using var checkpoint = SafetensorsCheckpoint.Open(folder);
        var plan = ModelFamily.Plan(HfModelConfig.Load(folder), checkpoint.Names);
        using var source = new ExportSource(folder, plan, checkpoint, null);
        var architecture = GgufArchitecture.Of(plan);
        var metadata = new GgufMetadata();
        GgufFacts.Add(metadata, plan, architecture, GgufType.F32, golden);
        GgufWriter.Write(path, metadata, new GgufWeights(source, architecture, GgufType.F32).List());

        var file = GgufReading.Of(path);
        var rules = Rules[golden].SelectMany(text => text.Split('\n')).Select(line => Rule().Match(line)).ToList();
        int heads = (int)(uint)file.Values[$"{architecture.Name}.attention.head_count"];
        var seen = new HashSet<string>();
        foreach (string name in file.Shapes.Keys.Where(name => !name.StartsWith("rope_", StringComparison.Ordinal)))
        {
            string block = Block().Match(name).Groups[1].Value;
            string generic = block.Length == 0 ? name : name.Replace($"blk.{block}.", "blk.{i}.", StringComparison.Ordinal);
            var rule = rules.FindLast(rule => rule.Groups[1].Value == generic);
            Assert.True(rule is not null, $"no rule expects {name}");
            string hub = rule.Groups[2].Value.Replace("{i}", block, StringComparison.Ordinal);
            float[] expected = Expected(checkpoint, hub, rule.Groups[3].Value, ((int)file.Shapes[name][^1], heads, plan), seen);
            Assert.True(expected.AsSpan().SequenceEqual(file.Floats(name)), $"{name} is not {hub}");
        }

        string[] left = [.. plan.Weights().Select(weight => weight.Name).Where(weight => checkpoint.Find(weight) is not null && !seen.Contains(weight))];
        Assert.Empty(left);
        Assert.Equal((uint)plan.Blocks.Count, file.Values[$"{architecture.Name}.block_count"]);
        Assert.Equal((uint)plan.Hidden, file.Values[$"{architecture.Name}.embedding_length"]);
    }

    // Adjacent pairs over reordered rows give the scores of half-split pairs over the hub's rows: what llama.cpp relies on.
    [Fact]
    public void Reordered_rows_under_adjacent_rotation_give_the_same_scores()
    {
        const int width = 12;
        var random = new Random(3);
        double[] query = [.. Enumerable.Range(0, width).Select(_ => random.NextDouble() - 0.5)];
        double[] key = [.. Enumerable.Range(0, width).Select(_ => random.NextDouble() - 0.5)];
        int[] order = [.. Enumerable.Range(0, width).Select(row => (row / 2) + (row % 2 * (width / 2)))]; // row 0 ← 0, 1 ← D/2, 2 ← 1, …

        double plain = Dot(Rotate(query, 7, adjacent: false), Rotate(key, 3, adjacent: false));
        double reordered = Dot(Rotate([.. order.Select(row => query[row])], 7, adjacent: true), Rotate([.. order.Select(row => key[row])], 3, adjacent: true));

        Assert.Equal(plain, reordered, 12);

        static double Dot(double[] left, double[] right) => left.Zip(right, (a, b) => a * b).Sum();
        static double[] Rotate(double[] x, int position, bool adjacent)
        {
            double[] result = new double[width];
            for (int pair = 0; pair < width / 2; pair++)
            {
                var (a, b) = adjacent ? (2 * pair, (2 * pair) + 1) : (pair, pair + (width / 2));
                double angle = position * Math.Pow(10_000, -2.0 * pair / width);
                result[a] = (x[a] * Math.Cos(angle)) - (x[b] * Math.Sin(angle));
                result[b] = (x[b] * Math.Cos(angle)) + (x[a] * Math.Sin(angle));
            }

            return result;
        }
    }

    [Theory]
    [InlineData("deepseek_v3", "deepseek_v3")]
    [InlineData("deepseek_v2_lite", "deepseek_v2")]
    public void Families_without_a_fixed_layout_are_refused_by_name(string golden, string named)
    {
        string folder = Goldens.Require($"models/{golden}");
        var plan = ModelFamily.Plan(HfModelConfig.Load(folder), null);

        Assert.Contains(named, Assert.Throws<ExportRefusedException>(() => GgufArchitecture.Of(plan)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"rope_type":"dynamic","factor":2.0}""", "Dynamic")]
    [InlineData("""{"rope_type":"yarn","factor":4.0,"original_max_position_embeddings":16,"beta_fast":20}""", "yarn")]
    public void Positions_that_a_file_cannot_state_are_refused(string scaling, string named)
    {
        var plan = TinyModel.Plan(TinyModel.Config.Replace("\"rms_norm_eps\"", $"\"rope_scaling\":{scaling},\"rms_norm_eps\"", StringComparison.Ordinal));

        Assert.Contains(named, Assert.Throws<ExportRefusedException>(() => GgufArchitecture.Of(plan)).Message, StringComparison.Ordinal);
    }

    private static float[] Expected(SafetensorsCheckpoint checkpoint, string hub, string change, (int Width, int Heads, Assay.Models.Engine.Plans.DecoderPlan Plan) file, HashSet<string> seen)
    {
        if (change == "stack")
        {
            return [.. Enumerable.Range(0, 1024).Select(expert => hub.Replace("{e}", expert.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))
                .TakeWhile(name => checkpoint.Find(name) is not null).SelectMany(name => Read(name))];
        }

        float[] values = Read(hub);
        int rows = values.Length / file.Width;
        int headDim = ((Assay.Models.Engine.Plans.GroupedAttention)file.Plan.Blocks[0].Attention).HeadDim;
        return change switch
        {
            "plus one" => [.. values.Select(value => value + 1)],
            "transposed" => [.. Enumerable.Range(0, rows).SelectMany(row => Enumerable.Range(0, file.Width).Select(column => values[(column * rows) + row]))],

            // reshape [heads, 2, D/2] → swap the last two, as the converter writes it
            "pairs" => [.. Enumerable.Range(0, rows / headDim).SelectMany(head => Enumerable.Range(0, headDim / 2).SelectMany(pair =>
                Row((head * headDim) + pair).Concat(Row((head * headDim) + (headDim / 2) + pair))))],

            // reshape [heads, 3, D] → swap the first two
            "heads" => hub.EndsWith("bias", StringComparison.Ordinal) ? Heads(1) : Heads(file.Width),
            _ => values,
        };

        float[] Heads(int width) => [.. Enumerable.Range(0, 3).SelectMany(part => Enumerable.Range(0, file.Heads).SelectMany(head =>
            values.Skip(((head * 3) + part) * headDim * width).Take(headDim * width)))];
        float[] Row(int row) => values[(row * file.Width)..((row + 1) * file.Width)];
        float[] Read(string name)
        {
            seen.Add(name);
            var (from, entry) = checkpoint.Find(name) ?? throw new KeyNotFoundException(name);
            using var tensor = TensorBytes.ToFloat32(from, entry);
            return tensor.data<float>().ToArray();
        }
    }

    [GeneratedRegex(@"^\s*(\S+) = (\S+?)(?: : (.+?))?\s*$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"^blk\.(\d+)\.")]
    private static partial Regex Block();
}
