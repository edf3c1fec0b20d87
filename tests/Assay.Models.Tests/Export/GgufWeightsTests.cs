using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Data.Formats;
using Assay.Data.Formats.Gguf;
using Assay.Models.Export;
using Assay.Models.Families;
using Assay.Models.Reference;
using Assay.Models.Tests.Families;
using Assay.Testing;

namespace Assay.Models.Tests.Export;

/// <summary>Every written family is read back by an independent reader, brought back to the hub's layout by rules written down here, and must be the same bits.</summary>
public sealed partial class GgufWeightsTests : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), $"assay-{Guid.NewGuid():N}.gguf");
    private readonly string made = Path.Combine(Path.GetTempPath(), $"assay-{Guid.NewGuid():N}");

    public static TheoryData<string> Written => [.. GgufRules.ByGolden.Keys];

    public void Dispose()
    {
        File.Delete(path);
        if (Directory.Exists(made))
        {
            Directory.Delete(made, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void Every_weight_comes_back_under_the_hubs_name(string golden) => Check(Goldens.Require($"models/{golden}"), GgufRules.ByGolden[golden]);

    [Fact]
    public void Gemma_2_comes_back_with_its_four_norms_caps_and_window()
    {
        var file = Check(
            Made("gemma2", ("query_pre_attn_scalar", "8")),
            [
                GgufRules.Llama, GgufRules.HalfSplit,
                """
                output_norm.weight = model.norm.weight : plus one
                blk.{i}.attn_norm.weight = model.layers.{i}.input_layernorm.weight : plus one
                blk.{i}.post_attention_norm.weight = model.layers.{i}.post_attention_layernorm.weight : plus one
                blk.{i}.ffn_norm.weight = model.layers.{i}.pre_feedforward_layernorm.weight : plus one
                blk.{i}.post_ffw_norm.weight = model.layers.{i}.post_feedforward_layernorm.weight : plus one
                """,
            ]);

        Assert.Equal((3f, 2f, 4u), ((float)file.Values["gemma2.attn_logit_softcapping"], (float)file.Values["gemma2.final_logit_softcapping"], (uint)file.Values["gemma2.attention.sliding_window"]));
        Assert.Contains("query_pre_attn_scalar", Assert.Throws<ExportRefusedException>(() => GgufArchitecture.Of(TinyConfigs.Plan("gemma2"))).Message, StringComparison.Ordinal);
    }

    // The golden GLM has heads wider than the model, which the published ones have not and llama.cpp cannot load.
    [Fact]
    public void Glm_comes_back_where_its_heads_are_as_wide_as_the_model()
    {
        Check(Made("glm", ("head_dim", "6"), ("partial_rotary_factor", "0.34")), [GgufRules.Llama, GgufRules.HalfSplit, GgufRules.QkvBiases, "blk.{i}.ffn_up.weight = model.layers.{i}.mlp.gate_up_proj.weight"]);

        Assert.Contains("heads", Assert.Throws<ExportRefusedException>(() => GgufArchitecture.Of(TinyConfigs.Plan("glm"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Falcons_new_decoder_names_its_two_norms_the_other_way_round()
    {
        Check(
            Made("falcon", ("bias", "false"), ("rope_scaling", "null")),
            [
                .. GgufRules.ByGolden["falcon"],
                """
                blk.{i}.attn_norm.weight = transformer.h.{i}.ln_mlp.weight
                blk.{i}.attn_norm.bias = transformer.h.{i}.ln_mlp.bias
                blk.{i}.attn_norm_2.weight = transformer.h.{i}.ln_attn.weight
                blk.{i}.attn_norm_2.bias = transformer.h.{i}.ln_attn.bias
                blk.{i}.attn_qkv.weight = transformer.h.{i}.self_attention.query_key_value.weight : groups
                """,
            ]);
        Assert.Contains("biases", Assert.Throws<ExportRefusedException>(() => GgufArchitecture.Of(TinyConfigs.Plan("falcon", ("rope_scaling", "null")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_window_that_readers_ignore_shortens_the_stated_context()
    {
        var metadata = new GgufMetadata();
        var plan = TinyConfigs.Plan("mistral");
        GgufFacts.Add(metadata, plan, GgufArchitecture.Of(plan), GgufType.F16, "m");
        GgufWriter.Write(path, metadata, []);

        Assert.Equal(5u, GgufReading.Of(path).Values["llama.context_length"]);
        Assert.Equal(64, plan.MaxPositions);
    }

    private GgufReading Check(string folder, string[] texts)
    {
        using var checkpoint = SafetensorsCheckpoint.Open(folder);
        var plan = ModelFamily.Plan(HfModelConfig.Load(folder), checkpoint.Names);
        using var source = new ExportSource(folder, plan, checkpoint, null);
        var architecture = GgufArchitecture.Of(plan);
        var metadata = new GgufMetadata();
        GgufFacts.Add(metadata, plan, architecture, GgufType.F32, "golden");
        GgufWriter.Write(path, metadata, [.. new GgufSlots(source.Plan, architecture, GgufType.F32).List().Select(slot => slot.From(source))]);

        var file = GgufReading.Of(path);
        var rules = texts.SelectMany(text => text.Split('\n')).Select(line => Rule().Match(line)).ToList();
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

        using var original = ReferenceModel.Load(plan, checkpoint);
        using var again = GgufModel.Load(path, plan);
        Assert.Equal(original.Parameters.Keys.Order(), again.Parameters.Keys.Order());
        foreach (var (name, value) in original.Parameters)
        {
            using var difference = (value - again.Parameters[name]).abs().max();
            Assert.InRange(difference.item<float>(), 0, plan.ModelType.StartsWith("gemma", StringComparison.Ordinal) ? 1e-6 : 0); // a norm's weight plus one is rounded
        }

        string[] left = [.. plan.Weights().Select(weight => weight.Name).Where(weight => checkpoint.Find(weight) is not null && !seen.Contains(weight))];
        Assert.Empty(left);
        Assert.Equal((uint)plan.Blocks.Count, file.Values[$"{architecture.Name}.block_count"]);
        Assert.Equal((uint)plan.Hidden, file.Values[$"{architecture.Name}.embedding_length"]);
        return file;
    }

    private string Made(string type, params (string Field, string Value)[] changes)
    {
        Directory.CreateDirectory(made);
        File.WriteAllText(Path.Combine(made, "config.json"), TinyConfigs.Json(type, changes));
        using var model = ReferenceModel.Initialise(TinyConfigs.Plan(type, changes), 7);
        SafetensorsWriter.Write(Path.Combine(made, "model.safetensors"), model.Parameters.Select(parameter => TensorBytes.Content(parameter.Key, parameter.Value, TensorDtype.F32)));
        return made;
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

            // per key head: its queries, key, value → all queries, all keys, all values
            "groups" => [.. Groups(0, file.Heads / KvHeads()), .. Groups(file.Heads / KvHeads(), 1), .. Groups((file.Heads / KvHeads()) + 1, 1)],
            _ => values,
        };

        int KvHeads() => ((Assay.Models.Engine.Plans.GroupedAttention)file.Plan.Blocks[0].Attention).KvHeads;
        IEnumerable<float> Groups(int first, int count) => Enumerable.Range(0, KvHeads()).SelectMany(group =>
            values.Skip(((group * ((file.Heads / KvHeads()) + 2)) + first) * headDim * file.Width).Take(count * headDim * file.Width));

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
