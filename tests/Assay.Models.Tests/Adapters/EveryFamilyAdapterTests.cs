using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Engine.Decode;
using Assay.Models.Reference;
using Assay.Models.Tests.Families;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Adapters;

/// <summary>Adapters on every family's layouts: fused matrices, matrices stored [inputs, outputs], experts, compressed attention, tied and untied heads.</summary>
public sealed class EveryFamilyAdapterTests
{
    public static TheoryData<string> Types => TinyConfigs.Types;

    [Theory]
    [MemberData(nameof(Types))]
    public void Merged_weights_give_the_output_of_a_plain_adapter(string type)
    {
        using var model = EveryFamilyTests.Make(TinyConfigs.Plan(type));
        using var adapter = Shaken(model, new LoraOptions { Rank = 3, Alpha = 12 });

        Assert.True(adapter.IsPlainLora);
        Assert.Equal(model.Plan.Linears.Select(linear => linear.Name), adapter.Pairs.Select(pair => pair.Module));
        Assert.Equal(model.Plan.Linears.Any(linear => linear.Transposed), adapter.Config.FanInFanOut);
        CheckMerged(model, adapter);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Merged_weights_give_the_output_of_an_adapter_with_everything(string type)
    {
        using var model = EveryFamilyTests.Make(TinyConfigs.Plan(type));
        string[] whole = [Module(model.Plan.Embedding.Table), Module(model.Plan.Head.OwnTable)];
        using var adapter = Shaken(model, new LoraOptions { Rank = 3, Alpha = 12, Dora = true, Bias = PeftBias.All, ModulesToSave = whole });

        Assert.False(adapter.IsPlainLora);
        Assert.NotNull(adapter.Replacement(model.Plan.Head));
        CheckMerged(model, adapter);
    }

    [Theory]
    [InlineData("mixtral", "gate")]
    [InlineData("qwen2_moe", "gate", "shared_expert_gate")]
    [InlineData("qwen3_moe", "gate")]
    public void A_router_gets_a_pair_only_where_it_is_named(string type, params string[] gates)
    {
        using var model = EveryFamilyTests.Make(TinyConfigs.Plan(type));
        using var adapter = Shaken(model, new LoraOptions { Rank = 1, TargetModules = [.. gates, "o_proj"] });

        Assert.Equal(AdapterSlots.Gates(model.Plan).Select(gate => gate.Name), adapter.Pairs.Select(pair => pair.Module).Where(module => !module.EndsWith("o_proj", StringComparison.Ordinal)));
        Assert.False(adapter.IsPlainLora);
        Assert.True(adapter.AdaptsRouters);
        Assert.Contains("router", Assert.Throws<NotSupportedException>(() => new DecodeAdapter(null!, adapter)).Message, StringComparison.Ordinal);
        CheckMerged(model, adapter);
    }

    private static void CheckMerged(ReferenceModel model, LoraAdapter adapter)
    {
        using var merged = model.Merge(adapter);
        float[] own = Logits(model, adapter);

        Assert.Equal(merged.Plan.Weights().Select(weight => (weight.Name, Shape: string.Join('x', weight.Shape))), merged.Plan.Weights().Select(weight => (weight.Name, Shape: string.Join('x', merged.Parameters[weight.Name].shape))));
        Assert.True(Difference(own, Logits(model, null)) > 1e-3);
        Assert.True(Difference(own, Logits(merged, null)) < 2e-5);
    }

    private static LoraAdapter Shaken(ReferenceModel model, LoraOptions options)
    {
        var adapter = LoraAdapter.Create(model.Plan, PeftAdapterConfig.Create("tiny", options), 3, name => model.Parameters[name]);
        foreach (var (name, value) in adapter.Parameters)
        {
            var random = new CounterRandom(11, name);
            using var noise = tensor(Enumerable.Range(0, (int)value.numel()).Select(index => (float)(0.1 * random.Normal(index))).ToArray(), value.shape);
            value.add_(noise);
        }

        return adapter;
    }

    private static string Module(string weight) => weight[..^".weight".Length];

    private static float[] Logits(ReferenceModel model, LoraAdapter? adapter)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var ids = tensor(new long[] { 5, 9, 31, 0, 17, 17, 3 }, 1, 7);
        return model.Logits(model.Hidden(ids, new ForwardOptions { Adapter = adapter }), adapter).data<float>().ToArray();
    }

    private static double Difference(float[] first, float[] second) => first.Zip(second).Max(pair => Math.Abs((double)pair.First - pair.Second));
}
