using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Reference;
using Assay.Models.Training;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Adapters;

/// <summary>What holds for every kind of adapter: the first output is the base's, merging gives the adapter's output, a saved adapter comes back, and training changes what it should.</summary>
public sealed class AdapterOptionsTests : IDisposable
{
    // Biases everywhere but in the norms, and a head tied to the embedding.
    private static readonly string Biased = TinyModel.Config.Replace("\"rms_norm_eps\"", "\"attention_bias\":true,\"mlp_bias\":true,\"rms_norm_eps\"", StringComparison.Ordinal);
    private static readonly string Untied = TinyModel.Config.Replace("\"tie_word_embeddings\":true", "\"tie_word_embeddings\":false", StringComparison.Ordinal);

    private readonly string folder = Directory.CreateTempSubdirectory("assay-adapter-").FullName;

    public static TheoryData<string> Kinds => [.. Options.Keys];

    private static Dictionary<string, (string Config, LoraOptions Options)> Options { get; } = new()
    {
        ["all linear"] = (TinyModel.Config, new LoraOptions { Rank = 4 }),
        ["rank-stabilised"] = (TinyModel.Config, new LoraOptions { Rank = 4, RankStabilised = true }),
        ["patterns"] = (TinyModel.Config, new LoraOptions { Rank = 4, RankPattern = new Dictionary<string, int> { ["layers.1.*_proj"] = 2 }, AlphaPattern = new Dictionary<string, double> { ["down_proj"] = 1 } }),
        ["one layer"] = (TinyModel.Config, new LoraOptions { TargetModules = ["q_proj", "up_proj"], LayersToTransform = [1] }),
        ["excluded"] = (TinyModel.Config, new LoraOptions { Rank = 4, ExcludeModules = ["mlp.up_proj"] }),
        ["DoRA"] = (TinyModel.Config, new LoraOptions { Rank = 4, Dora = true }),
        ["head of a tied model"] = (TinyModel.Config, new LoraOptions { Rank = 4, ModulesToSave = ["lm_head"] }),
        ["embedding of a tied model"] = (TinyModel.Config, new LoraOptions { Rank = 4, ModulesToSave = ["embed_tokens"] }),
        ["both of a tied model"] = (TinyModel.Config, new LoraOptions { Rank = 4, ModulesToSave = ["embed_tokens", "lm_head"] }),
        ["head of an untied model"] = (Untied, new LoraOptions { Rank = 4, ModulesToSave = ["lm_head"] }),
        ["norms and an mlp"] = (Biased, new LoraOptions { TargetModules = ["q_proj"], ModulesToSave = ["norm", "layers.0.mlp"] }),
        ["all biases"] = (Biased, new LoraOptions { TargetModules = ["q_proj", "down_proj"], Bias = PeftBias.All }),
        ["biases of adapted layers"] = (Biased, new LoraOptions { TargetModules = ["q_proj", "down_proj"], Bias = PeftBias.LoraOnly }),
        ["everything"] = (Biased, new LoraOptions { TargetModules = ["q_proj", "down_proj"], Dora = true, RankStabilised = true, Bias = PeftBias.All, ModulesToSave = ["lm_head", "k_proj"] }),
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_new_adapter_changes_no_output(string kind)
    {
        using var model = TinyModel.Create(Options[kind].Config);
        using var adapter = Make(kind, model);

        Assert.True(Difference(Logits(model, adapter), Logits(model, null)) < 1e-5);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Merged_weights_give_the_output_of_the_adapter(string kind)
    {
        using var model = TinyModel.Create(Options[kind].Config);
        using var adapter = Shaken(kind, model);
        using var merged = model.Merge(adapter);

        Assert.True(Difference(Logits(model, adapter), Logits(model, null)) > 1e-3);
        Assert.True(Difference(Logits(merged, null), Logits(model, adapter)) < 1e-5);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Merging_changes_only_what_the_adapter_covers(string kind)
    {
        using var model = TinyModel.Create(Options[kind].Config);
        using var adapter = Shaken(kind, model);
        using var merged = model.Merge(adapter);
        var covered = adapter.Pairs.Select(pair => $"{pair.Module}.weight").Concat(adapter.Whole.Select(weight => weight.Slot.Weight.Name)).ToHashSet();

        Assert.Equal(merged.Plan.Weights().Select(weight => weight.Name).Order(StringComparer.Ordinal), merged.Parameters.Keys.Order(StringComparer.Ordinal));
        Assert.All(model.Parameters, weight => Assert.Equal(!covered.Contains(weight.Key), merged.Parameters[weight.Key].equal(weight.Value).all().item<bool>()));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_saved_adapter_comes_back_and_is_saved_again_with_the_same_bytes(string kind)
    {
        using var model = TinyModel.Create(Options[kind].Config);
        using var adapter = Shaken(kind, model);
        PeftAdapterFile.Save(Path.Combine(folder, "first"), adapter);
        using var loaded = PeftAdapterFile.Load(Path.Combine(folder, "first"), model.Plan);
        PeftAdapterFile.Save(Path.Combine(folder, "second"), loaded);

        Assert.Equal(adapter.Parameters.Select(parameter => parameter.Name), loaded.Parameters.Select(parameter => parameter.Name));
        Assert.Equal(0, Difference(Logits(model, adapter), Logits(model, loaded)));
        foreach (string file in (string[])["adapter_model.safetensors", "adapter_config.json"])
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "first", file)), File.ReadAllBytes(Path.Combine(folder, "second", file)));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Training_changes_every_tensor_of_the_adapter_and_none_of_the_base(string kind)
    {
        using var model = TinyModel.Create(Options[kind].Config);
        using var adapter = Make(kind, model);
        using var before = model.Merge(adapter);
        var first = adapter.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value.clone());
        var samples = TinyModel.Counting(8);
        double start = Loss(model, adapter, samples);
        using (var target = new ReferenceTarget(model, adapter, fusedAttention: false))
        using (var optimiser = new AdamW(target.Parameters, new TrainOptions { Steps = 8 }))
        {
            for (int step = 1; step <= 8; step++)
            {
                target.Accumulate(new TrainingStep(step, [new TrainingBatch(samples)], LossNormalisation.Token), () => false);
                optimiser.Step(step, 1e-2, 1);
                target.ClearGradients();
            }
        }

        Assert.True(Loss(model, adapter, samples) < start);
        Assert.All(adapter.Parameters, parameter => Assert.False(parameter.Value.equal(first[parameter.Name]).all().item<bool>(), parameter.Name));
        Assert.True(Difference(Logits(before, null), Logits(model, null)) < 1e-5);
    }

    [Fact]
    public void A_run_of_everything_at_once_continues_exactly_and_leaves_no_tensors_behind()
    {
        using var model = TinyModel.Create(Biased);
        var config = PeftAdapterConfig.Create("tiny", Options["everything"].Options with { Dropout = 0.2 });
        var options = new TrainOptions { Steps = 10, LearningRate = 1e-2, WeightDecay = 0.01 };
        using var straight = LoraAdapter.Create(model.Plan, config, 3, name => model.Parameters[name]);
        var live = new List<long>();
        Train(model, straight, options, null, _ => live.Add(TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount));

        var kept = options with { CheckpointFolder = Path.Combine(folder, "checkpoint") };
        using var first = LoraAdapter.Create(model.Plan, config, 3, name => model.Parameters[name]);
        Train(model, first, kept, 5);
        using var second = LoraAdapter.Create(model.Plan, config, 3, name => model.Parameters[name]);
        Train(model, second, kept, null);

        Assert.Equal(live[3], live[^1]);
        Assert.All(straight.Parameters.Zip(second.Parameters), pair => Assert.True(pair.First.Value.equal(pair.Second.Value).all().item<bool>(), pair.First.Name));
    }

    [Fact]
    public void Tensors_have_the_names_that_PEFT_gives_them()
    {
        using var model = TinyModel.Create(Biased);
        using var adapter = Make("everything", model);
        var names = adapter.Parameters.Select(parameter => (parameter.Name, Running: adapter.RunningName(parameter.Name))).ToList();

        Assert.Equal(
            [
                ("model.layers.0.self_attn.q_proj.lora_A.weight", "model.layers.0.self_attn.q_proj.lora_A.default.weight"),
                ("model.layers.0.self_attn.q_proj.lora_B.weight", "model.layers.0.self_attn.q_proj.lora_B.default.weight"),
                ("model.layers.0.self_attn.q_proj.lora_magnitude_vector", "model.layers.0.self_attn.q_proj.lora_magnitude_vector.default.weight"),
            ],
            names[..3]);
        Assert.Contains(("lm_head.weight", "lm_head.modules_to_save.default.weight"), names);
        Assert.Contains(("model.layers.1.self_attn.k_proj.bias", "model.layers.1.self_attn.k_proj.modules_to_save.default.bias"), names);
        Assert.Contains(("model.layers.1.self_attn.q_proj.base_layer.bias", "model.layers.1.self_attn.q_proj.base_layer.bias"), names);
        Assert.Contains(("model.layers.1.self_attn.v_proj.bias", "model.layers.1.self_attn.v_proj.bias"), names);
        Assert.Equal(names.Count, names.Select(name => name.Name).Distinct().Count());
    }

    [Fact]
    public void A_replaced_head_or_embedding_pulls_a_tied_model_apart()
    {
        using var model = TinyModel.Create();
        using var head = Shaken("head of a tied model", model);
        using var embedding = Shaken("embedding of a tied model", model);
        using var mergedHead = model.Merge(head);
        using var mergedEmbedding = model.Merge(embedding);
        string table = model.Plan.Embedding.Table;

        Assert.Equal(("lm_head.weight", false), (mergedHead.Plan.Head.Table, mergedHead.Plan.Head.Tied));
        Assert.True(mergedHead.Parameters[table].equal(model.Parameters[table]).all().item<bool>());
        Assert.True(mergedHead.Parameters["lm_head.weight"].equal(head.Replacement("lm_head.weight")!).all().item<bool>());
        Assert.True(mergedEmbedding.Parameters["lm_head.weight"].equal(model.Parameters[table]).all().item<bool>());
        Assert.True(mergedEmbedding.Parameters[table].equal(embedding.Replacement(table)!).all().item<bool>());
        Assert.True(model.Plan.Head.Tied);
    }

    [Fact]
    public void Ranks_and_scales_follow_the_patterns()
    {
        using var model = TinyModel.Create();
        using var adapter = Make("patterns", model);
        using var stabilised = Make("rank-stabilised", model);

        Assert.Equal((4, 4.0), Of("model.layers.0.mlp.up_proj"));
        Assert.Equal((4, 0.25), Of("model.layers.0.mlp.down_proj"));
        Assert.Equal((2, 0.5), Of("model.layers.1.mlp.down_proj"));
        Assert.Equal(8, stabilised.Find("model.layers.0.mlp.up_proj")!.Scale);

        (int Rank, double Scale) Of(string module) => (adapter.Find(module)!.Rank, adapter.Find(module)!.Scale);
    }

    [Fact]
    public void Only_the_named_layer_is_adapted()
    {
        using var model = TinyModel.Create();
        using var adapter = Make("one layer", model);

        Assert.Equal(["model.layers.1.self_attn.q_proj", "model.layers.1.mlp.up_proj"], adapter.Pairs.Select(pair => pair.Module));
        Assert.True(adapter.IsPlainLora);
    }

    private static LoraAdapter Make(string kind, ReferenceModel model) =>
        LoraAdapter.Create(model.Plan, PeftAdapterConfig.Create("tiny", Options[kind].Options), 3, name => model.Parameters[name]);

    /// <summary>An adapter whose tensors have all moved away from where they began.</summary>
    private static LoraAdapter Shaken(string kind, ReferenceModel model)
    {
        var adapter = Make(kind, model);
        foreach (var (name, value) in adapter.Parameters)
        {
            var random = new CounterRandom(11, name);
            using var noise = tensor(Enumerable.Range(0, (int)value.numel()).Select(index => (float)(0.1 * random.Normal(index))).ToArray(), value.shape);
            value.add_(noise);
        }

        return adapter;
    }

    private static void Train(ReferenceModel model, LoraAdapter adapter, TrainOptions options, int? pauseAfter, Action<TrainingEvent>? report = null)
    {
        using var target = new ReferenceTarget(model, adapter, fusedAttention: true);
        using var trainer = new Trainer(target, new SampleData(TinyModel.Counting(16), 4, 1, 1), options, TimeProvider.System);
        trainer.Resume();
        trainer.Run(report ?? (_ => { }), new TrainingControl(), pauseAfter);
    }

    private static double Loss(ReferenceModel model, LoraAdapter adapter, List<TrainingSample> samples)
    {
        using var target = new ReferenceTarget(model, adapter, fusedAttention: false);
        return target.Losses(samples).Sum() / samples.Sum(sample => sample.Supervised.Skip(1).Count(supervised => supervised));
    }

    private static float[] Logits(ReferenceModel model, LoraAdapter? adapter)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var ids = tensor(new long[] { 5, 9, 60, 0, 17, 17, 3 }, 1, 7);
        return model.Logits(model.Hidden(ids, new ForwardOptions { Adapter = adapter }), adapter).data<float>().ToArray();
    }

    private static double Difference(float[] first, float[] second) => first.Zip(second).Max(pair => Math.Abs((double)pair.First - pair.Second));
}
