using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Engine.Decode;
using Assay.Models.Engine.Kernels;
using Assay.Models.Families;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Engine.Decode;

public sealed class DecoderTests
{
    private const string Wide =
        """{"model_type":"llama","hidden_size":64,"intermediate_size":128,"num_attention_heads":4,"num_key_value_heads":2,"num_hidden_layers":2,"vocab_size":61,"max_position_embeddings":256,"tie_word_embeddings":true,"rms_norm_eps":1e-5}""";

    private static readonly int[] Ids = [.. Enumerable.Range(0, 150).Select(index => (index * 37 % 60) + 1)];

    [Fact]
    public void A_prompt_gives_the_same_scores_in_pieces_of_any_size()
    {
        using var model = TinyModel.Create(Wide);
        using var weights = DecodeWeights.Of(model);
        float[] expected = Expected(model, null);

        foreach (int piece in (int[])[1, 5, 16, 17, 64, 150])
        {
            Near(expected, Scores(weights, piece, null), 2e-5f);
        }
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        using var model = TinyModel.Create(Wide);
        using var weights = DecodeWeights.Of(model, WeightFormat.Bf16);

        Assert.Equal(Scores(weights, 1, null, threads: 1), Scores(weights, 1, null, threads: 3));
    }

    [Theory]
    [InlineData(WeightFormat.Bf16, 0.02f)]
    [InlineData(WeightFormat.Int8, 0.02f)]
    [InlineData(WeightFormat.Nf4, 0.25f)]
    public void Rounded_weights_and_cache_stay_near_the_reference_in_narrow_and_in_wide_passes(WeightFormat format, float relative)
    {
        using var model = TinyModel.Create(Wide);
        using var weights = DecodeWeights.Of(model, format);
        float[] expected = Expected(model, null);

        Assert.InRange(Distance(Scores(weights, 1, null, CacheFormat.Bf16), expected), 1e-6f, relative);
        Assert.InRange(Distance(Scores(weights, 64, null, CacheFormat.Bf16), expected), 1e-6f, relative);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void Adapters_with_magnitudes_whole_weights_and_biases_give_the_reference_scores(int piece)
    {
        using var model = TinyModel.Create(Wide.Replace("\"llama\"", "\"qwen2\"", StringComparison.Ordinal));
        using var weights = DecodeWeights.Of(model);
        LoraOptions[] kinds =
        [
            new() { Rank = 4 },
            new() { Rank = 4, Dora = true },
            new() { Rank = 4, ModulesToSave = ["lm_head"] },
            new() { Rank = 4, ModulesToSave = ["embed_tokens"] },
            new() { Rank = 4, Bias = PeftBias.All },
        ];
        foreach (var kind in kinds)
        {
            using var adapter = Trained(model, kind);
            using var attached = new DecodeAdapter(weights, adapter);
            float[] expected = Expected(model, adapter);

            Assert.True(Distance(expected, Expected(model, null)) > 1e-3f);
            Near(expected, Scores(weights, piece, attached), 1e-4f);
        }
    }

    [Theory]
    [InlineData(null, 0.01f)]
    [InlineData(WeightFormat.Fp32, 1e-5f)]
    public void A_checkpoint_stored_in_nf4_gives_the_scores_of_its_dequantised_weights(WeightFormat? format, float relative)
    {
        string folder = Path.Combine(Testing.Repository.Root, "tests", "goldens", "nf4", "qlora_llama3");
        string copy = Directory.CreateTempSubdirectory("assay-decode-").FullName;
        try
        {
            File.Copy(Path.Combine(folder, "model_bnb_4bit.safetensors"), Path.Combine(copy, "model.safetensors"));
            string config = File.Exists(Path.Combine(folder, "config.json")) ? Path.Combine(folder, "config.json") : Path.Combine(Testing.Repository.Root, "tests", "goldens", "models", "llama3", "config.json");
            File.Copy(config, Path.Combine(copy, "config.json"));
            using var checkpoint = SafetensorsCheckpoint.Open(copy);
            var plan = ModelFamily.Plan(HfModelConfig.Load(copy), checkpoint.Names);
            using var model = ReferenceModel.Load(plan, checkpoint);
            using var weights = DecodeWeights.Open(plan, SafetensorsCheckpoint.Open(copy), format);

            Assert.InRange(Distance(Scores(weights, 1, null), Expected(model, null)), 0, relative);
            Assert.InRange(Distance(Scores(weights, 40, null), Expected(model, null)), 0, Math.Max(relative, 1e-5f));
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var model = TinyModel.Create(Wide);
        using var weights = DecodeWeights.Of(model);
        using var pool = new KvPool(weights, CacheFormat.Fp32, 64);
        using var decoder = new Decoder(weights);
        using var sequence = pool.Reserve(64)!;

        Assert.Throws<ArgumentException>(() => decoder.Forward([new DecodeRow(sequence, TinyModel.Vocab, 0, 0, 1, null)], [], []));
        Assert.Throws<ArgumentException>(() => decoder.Forward([new DecodeRow(sequence, 1, 64, 64, 65, null)], [], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Reserve(65));
        Assert.Null(pool.Reserve(1));
    }

    private static LoraAdapter Trained(ReferenceModel model, LoraOptions options)
    {
        var adapter = LoraAdapter.Create(model.Plan, PeftAdapterConfig.Create("tiny", options), 3, name => model.Parameters[name]);
        using var off = no_grad();
        foreach (var (name, value) in adapter.Parameters)
        {
            var random = new CounterRandom(2, name);
            using var change = tensor(Enumerable.Range(0, (int)value.numel()).Select(index => (float)(0.1 * random.Normal(index))).ToArray(), value.shape);
            value.add_(change);
        }

        return adapter;
    }

    private static float[] Expected(ReferenceModel model, LoraAdapter? adapter)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var hidden = model.Hidden(tensor(Array.ConvertAll(Ids, id => (long)id), 1, Ids.Length), new ForwardOptions { Adapter = adapter });
        return model.Logits(hidden[0], adapter).contiguous().data<float>().ToArray();
    }

    private static float[] Scores(DecodeWeights weights, int piece, DecodeAdapter? adapter, CacheFormat cache = CacheFormat.Fp32, int? threads = null)
    {
        using var pool = new KvPool(weights, cache, Ids.Length);
        using var decoder = new Decoder(weights, threads);
        using var sequence = pool.Reserve(Ids.Length)!;
        float[] all = new float[Ids.Length * weights.Plan.Vocab];
        for (int start = 0; start < Ids.Length; start += piece)
        {
            int end = Math.Min(start + piece, Ids.Length);
            DecodeRow[] rows = [.. Enumerable.Range(start, end - start).Select(index => new DecodeRow(sequence, Ids[index], index, index, Ids.Length, adapter))];
            decoder.Forward(rows, [.. Enumerable.Range(0, rows.Length)], all.AsSpan(start * weights.Plan.Vocab, rows.Length * weights.Plan.Vocab));
        }

        return all;
    }

    private static void Near(float[] expected, float[] own, float limit) =>
        Assert.InRange(expected.Zip(own).Max(pair => Math.Abs(pair.First - pair.Second)), 0, limit);

    private static float Distance(float[] own, float[] expected) =>
        (float)Math.Sqrt(own.Zip(expected).Sum(pair => (double)(pair.First - pair.Second) * (pair.First - pair.Second)) / expected.Sum(value => (double)value * value));
}
