using Assay.Models.Reference;
using static Assay.Models.Tests.Families.NaiveDecoder;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Families;

/// <summary>Families and layouts without recorded results, against loops written from the published code.</summary>
public sealed class NaiveFamilyTests
{
    private static readonly int[] Ids = [5, 17, 3, 39, 0, 8, 21];

    [Theory]
    [InlineData("3.0", "2.0", "4")]
    [InlineData("null", "null", "2")]
    [InlineData("0.5", "null", "null")]
    public void Gemma2_caps_windows_and_four_norms(string scoreCap, string logitCap, string window)
    {
        using var model = EveryFamilyTests.Make(TinyConfigs.Plan("gemma2", ("attn_logit_softcapping", scoreCap), ("final_logit_softcapping", logitCap), ("sliding_window", window)));
        var naive = new NaiveDecoder(model);
        double? Number(string value) => value == "null" ? null : double.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
        const int headDim = 8;
        double[][] hidden = [.. Ids.Select(id => naive.Row("model.embed_tokens.weight", id).Select(value => value * Math.Sqrt(24)).ToArray())];
        for (int layer = 0; layer < 2; layer++)
        {
            string path = $"model.layers.{layer}";
            double[] Norm(string name, double[] x) => naive.Rms($"{path}.{name}", x, 1e-6, plus: 1);
            var keys = new List<double[]>[] { [], [] };
            var values = new List<double[]>[] { [], [] };
            for (int position = 0; position < Ids.Length; position++)
            {
                double[] x = Norm("input_layernorm", hidden[position]);
                double[] q = naive.Linear($"{path}.self_attn.q_proj", x);
                double[] k = naive.Linear($"{path}.self_attn.k_proj", x);
                double[] v = naive.Linear($"{path}.self_attn.v_proj", x);
                for (int group = 0; group < 2; group++)
                {
                    keys[group].Add(Rotate(Slice(k, group * headDim, headDim), position, 1000));
                    values[group].Add(Slice(v, group * headDim, headDim));
                }

                // Query heads 0 and 1 share the first key head, 2 and 3 the second; even layers slide.
                double[] mixed = [.. Enumerable.Range(0, 4).SelectMany(head => Attend(
                    Rotate(Slice(q, head * headDim, headDim), position, 1000), keys[head / 2], values[head / 2], 1 / Math.Sqrt(12), layer % 2 == 0 ? (int?)Number(window) : null, Number(scoreCap)))];
                double[] attended = Add(hidden[position], Norm("post_attention_layernorm", naive.Linear($"{path}.self_attn.o_proj", mixed)));
                double[] y = Norm("pre_feedforward_layernorm", attended);
                double[] inner = [.. naive.Linear($"{path}.mlp.gate_proj", y).Zip(naive.Linear($"{path}.mlp.up_proj", y), (gate, up) => GeluTanh(gate) * up)];
                hidden[position] = Add(attended, Norm("post_feedforward_layernorm", naive.Linear($"{path}.mlp.down_proj", inner)));
            }
        }

        double[][] logits = [.. hidden.Select(row => naive.Linear("model.embed_tokens", naive.Rms("model.norm", row, 1e-6, plus: 1)).Select(logit => Number(logitCap) is { } cap ? cap * Math.Tanh(logit / cap) : logit).ToArray())];
        AssertSame(model, logits);
    }

    [Theory]
    [InlineData(true, "null", 2)] // 40B: two norms, grouped rows
    [InlineData(true, "1", 2)] // 11B: one norm, grouped rows
    [InlineData(true, "2", 1)]
    [InlineData(false, "null", 1, true, true)] // 7B: one norm, one key head
    [InlineData(false, "null", 4, false, true)]
    [InlineData(false, "null", 4, false, false)] // the sequential first form
    public void Falcon_norms_and_rows(bool newDecoder, string norms, int kvHeads, bool multiQuery = true, bool parallel = true)
    {
        using var model = EveryFamilyTests.Make(TinyConfigs.Plan(
            "falcon",
            ("new_decoder_architecture", newDecoder ? "true" : "false"),
            ("num_ln_in_parallel_attn", norms),
            ("num_kv_heads", $"{kvHeads}"),
            ("multi_query", multiQuery ? "true" : "false"),
            ("parallel_attn", parallel ? "true" : "false")));
        var naive = new NaiveDecoder(model);
        const int headDim = 6;
        int perGroup = 4 / kvHeads;
        bool together = !newDecoder && multiQuery;
        double[][] hidden = [.. Ids.Select(id => naive.Row("transformer.word_embeddings.weight", id))];
        for (int layer = 0; layer < 2; layer++)
        {
            string path = $"transformer.h.{layer}";
            var keys = Enumerable.Range(0, kvHeads).Select(_ => new List<double[]>()).ToArray();
            var values = Enumerable.Range(0, kvHeads).Select(_ => new List<double[]>()).ToArray();
            bool twoNorms = newDecoder && norms != "1";
            Assert.Equal(twoNorms, naive.Has($"{path}.ln_mlp.weight"));
            for (int position = 0; position < Ids.Length; position++)
            {
                double[] x = naive.Layer(twoNorms ? $"{path}.ln_attn" : $"{path}.input_layernorm", hidden[position], 1e-5);
                double[] fused = naive.Linear($"{path}.self_attention.query_key_value", x);

                // Rows: all queries, the key, the value; or per group its queries, its key, its value.
                double[] Head(int index) => Slice(fused, index * headDim, headDim);
                double[] Query(int head) => Head(together ? head : (head / perGroup * (perGroup + 2)) + (head % perGroup));
                for (int group = 0; group < kvHeads; group++)
                {
                    int key = together ? 4 : (group * (perGroup + 2)) + perGroup;
                    keys[group].Add(Rotate(Head(key), position, 10_000, divisor: 2));
                    values[group].Add(Head(key + 1));
                }

                double[] mixed = [.. Enumerable.Range(0, 4).SelectMany(head => Attend(Rotate(Query(head), position, 10_000, divisor: 2), keys[head / perGroup], values[head / perGroup], 1 / Math.Sqrt(headDim)))];
                double[] attention = naive.Linear($"{path}.self_attention.dense", mixed);
                double[] residual = newDecoder || parallel ? hidden[position] : Add(hidden[position], attention);
                double[] y = twoNorms ? naive.Layer($"{path}.ln_mlp", hidden[position], 1e-5) : parallel || newDecoder ? x : naive.Layer($"{path}.post_attention_layernorm", residual, 1e-5);
                double[] mlp = naive.Linear($"{path}.mlp.dense_4h_to_h", [.. naive.Linear($"{path}.mlp.dense_h_to_4h", y).Select(Gelu)]);
                hidden[position] = Add(residual, newDecoder || parallel ? Add(mlp, attention) : mlp);
            }
        }

        AssertSame(model, [.. hidden.Select(row => naive.Linear("transformer.word_embeddings", naive.Layer("transformer.ln_f", row, 1e-5)))]);
    }

    [Theory]
    [InlineData(7, "null", 6, "[1.5,2,3]", "[1,1.1,1.2]")]
    [InlineData(20, "null", 6, "[1.5,2,3]", "[1,1.1,1.2]")]
    [InlineData(20, "0.67", 4, "[1.5,2]", "[1,1.1]")]
    public void Phi3_rotates_part_of_a_head_with_the_divisors_of_the_length(int length, string share, int rotated, string longFactors, string shortFactors)
    {
        using var model = EveryFamilyTests.Make(TinyConfigs.Plan("phi3", ("partial_rotary_factor", share), ("sliding_window", "9"), ("rope_scaling", $"{{\"type\":\"su\",\"long_factor\":{longFactors},\"short_factor\":{shortFactors}}}")));
        var naive = new NaiveDecoder(model);
        int[] ids = [.. Enumerable.Range(0, length).Select(place => Ids[place % 7])];
        double[] divisors = [.. (length > 16 ? longFactors : shortFactors).Trim('[', ']').Split(',').Select(factor => double.Parse(factor, System.Globalization.CultureInfo.InvariantCulture))];
        double magnitude = Math.Sqrt(1 + (Math.Log(64.0 / 16) / Math.Log(16)));
        const int headDim = 6;
        double[] Turned(double[] head, int position)
        {
            double[] turned = [.. head];
            for (int pair = 0; pair < rotated / 2; pair++)
            {
                double angle = position / (divisors[pair] * Math.Pow(1000, 2.0 * pair / rotated));
                turned[pair] = magnitude * ((head[pair] * Math.Cos(angle)) - (head[pair + (rotated / 2)] * Math.Sin(angle)));
                turned[pair + (rotated / 2)] = magnitude * ((head[pair + (rotated / 2)] * Math.Cos(angle)) + (head[pair] * Math.Sin(angle)));
            }

            return turned;
        }

        double[][] hidden = [.. ids.Select(id => naive.Row("model.embed_tokens.weight", id))];
        for (int layer = 0; layer < 2; layer++)
        {
            string path = $"model.layers.{layer}";
            var keys = new List<double[]>[] { [], [] };
            var values = new List<double[]>[] { [], [] };
            for (int position = 0; position < length; position++)
            {
                double[] fused = naive.Linear($"{path}.self_attn.qkv_proj", naive.Rms($"{path}.input_layernorm", hidden[position], 1e-5, plus: 0));
                double[] Head(int index) => Slice(fused, index * headDim, headDim);
                for (int group = 0; group < 2; group++)
                {
                    keys[group].Add(Turned(Head(4 + group), position));
                    values[group].Add(Head(6 + group));
                }

                double[] mixed = [.. Enumerable.Range(0, 4).SelectMany(head => Attend(Turned(Head(head), position), keys[head / 2], values[head / 2], 1 / Math.Sqrt(headDim), window: 9))];
                double[] attended = Add(hidden[position], naive.Linear($"{path}.self_attn.o_proj", mixed));
                double[] both = naive.Linear($"{path}.mlp.gate_up_proj", naive.Rms($"{path}.post_attention_layernorm", attended, 1e-5, plus: 0));
                double[] inner = [.. both.Take(32).Zip(both.Skip(32), (gate, up) => gate / (1 + Math.Exp(-gate)) * up)];
                hidden[position] = Add(attended, naive.Linear($"{path}.mlp.down_proj", inner));
            }
        }

        AssertSame(model, [.. hidden.Select(row => naive.Linear("lm_head", naive.Rms("model.norm", row, 1e-5, plus: 0)))], ids);
    }

    private static void AssertSame(ReferenceModel model, double[][] expected, int[]? given = null)
    {
        int[] ids = given ?? Ids;
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var own = model.Logits(model.Hidden(tensor(Array.ConvertAll(ids, id => (long)id), 1, ids.Length), ForwardOptions.Default), null)[0];
        float[] values = own.contiguous().data<float>().ToArray();
        double worst = values.Zip(expected.SelectMany(row => row), (mine, theirs) => Math.Abs(mine - theirs)).Max();

        Assert.Equal(values.Length, expected.Sum(row => row.Length));
        Assert.InRange(worst, 0, 3e-5);
    }
}
