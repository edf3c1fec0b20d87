using Assay.Data.Formats;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Adapters;

/// <summary>One adapter: LoRA pairs, and weights it replaces. It belongs to no model: any forward call may be given it, and several may share one resident base.</summary>
public sealed class LoraAdapter : IDisposable
{
    private readonly Dictionary<string, LoraPair> pairs;
    private readonly Dictionary<string, WholeWeight> whole;

    internal LoraAdapter(DecoderPlan plan, PeftAdapterConfig config, IEnumerable<LoraPair> pairs, IEnumerable<WholeWeight> whole, IReadOnlyDictionary<string, TensorDtype>? stored = null)
    {
        Config = config;
        StoredDtypes = stored ?? new Dictionary<string, TensorDtype>();
        this.pairs = pairs.ToDictionary(pair => pair.Module, StringComparer.Ordinal);
        this.whole = whole.ToDictionary(weight => weight.Slot.Weight.Name, StringComparer.Ordinal);
        AdaptsRouters = AdapterSlots.Gates(plan).Any(gate => this.pairs.ContainsKey(gate.Name));
        IsPlainLora = this.whole.Count == 0 && this.pairs.Values.All(pair => pair.Magnitude is null) && !AdaptsRouters;
    }

    /// <summary>PEFT's description of the adapter.</summary>
    public PeftAdapterConfig Config { get; }

    /// <summary>Pairs in the order of the model's layers.</summary>
    public IReadOnlyCollection<LoraPair> Pairs => pairs.Values;

    /// <summary>Weights of the base that the adapter replaces, such as a head or biases; usually none.</summary>
    public IReadOnlyCollection<WholeWeight> Whole => whole.Values;

    /// <summary>Whether a router or a shared gate of a mixture of experts has a pair.</summary>
    public bool AdaptsRouters { get; }

    /// <summary>Whether the adapter is nothing but pairs without magnitudes on layers inside the blocks, routers excepted.</summary>
    public bool IsPlainLora { get; }

    /// <summary>The trained tensors by PEFT's key without the <c>base_model.model.</c> prefix, always in the same order.</summary>
    public IEnumerable<(string Name, Tensor Value)> Parameters => Tensors(trained: true);

    /// <summary>Number format in the file of each tensor, by key; empty for a new adapter.</summary>
    internal IReadOnlyDictionary<string, TensorDtype> StoredDtypes { get; }

    /// <summary>A new adapter whose first output equals the base's: A ~ U(−1/√K, 1/√K), B = 0, magnitudes the norms of the base's rows, replaced weights copies.</summary>
    /// <param name="plan">The base model.</param>
    /// <param name="config">Rank, α, targets.</param>
    /// <param name="seed">Same seed, same A and same dropout masks.</param>
    /// <param name="baseWeight">The base's weight of a name, fp32 in its stored shape; needed for DoRA, modules stored whole and biases.</param>
    /// <exception cref="InvalidModelConfigException">Nothing of the model is targeted, or a rank exceeds a layer's width.</exception>
    /// <exception cref="ArgumentException">The configuration needs <paramref name="baseWeight"/>.</exception>
    public static LoraAdapter Create(DecoderPlan plan, PeftAdapterConfig config, ulong seed, Func<string, Tensor>? baseWeight = null)
    {
        var slots = AdapterSlots.Of(plan, config);
        bool transposed = slots.Linears.Any(linear => linear.Transposed);
        var making = new AdapterInitialisation(config.FanInFanOut == transposed ? config : config.With(fanInFanOut: transposed), seed, baseWeight);
        return new LoraAdapter(plan, making.Config, [.. slots.Linears.Select(making.Pair)], [.. slots.Whole.Select(slot => making.Whole(slot, plan))]);
    }

    /// <summary>A copy on another device.</summary>
    /// <param name="plan">The base model.</param>
    /// <param name="device">Where it is to be used.</param>
    public LoraAdapter CopyTo(DecoderPlan plan, Device device) => new(
        plan,
        Config,
        [.. pairs.Values.Select(pair => pair.CopyTo(device))],
        [.. whole.Values.Select(weight => weight with { Value = weight.Value.detach().to(device, copy: true).DetachFromDisposeScope() })],
        StoredDtypes);

    /// <summary>The pair of a layer, or null when it is not adapted.</summary>
    public LoraPair? Find(string module) => pairs.GetValueOrDefault(module);

    /// <summary>What replaces a weight of the base, or null when the base's own counts.</summary>
    /// <param name="weight">The plan's name; <see cref="HeadPlan.OwnTable"/> for a head, tied or not.</param>
    public Tensor? Replacement(string weight) => whole.GetValueOrDefault(weight)?.Value;

    /// <summary>What replaces the head's table, or null.</summary>
    /// <param name="head">The base's head.</param>
    public Tensor? Replacement(HeadPlan head) => Replacement(head.OwnTable);

    /// <summary>PEFT's name of a trained tensor inside a running model.</summary>
    /// <param name="name">A name of <see cref="Parameters"/>.</param>
    public string RunningName(string name)
    {
        if (whole.Values.FirstOrDefault(weight => weight.Slot.Key == name) is { } found)
        {
            return found.Slot.RunningName;
        }

        return name.EndsWith(".weight", StringComparison.Ordinal) ? $"{name[..^".weight".Length]}.default.weight" : $"{name}.default.weight";
    }

    public void Dispose()
    {
        foreach (var pair in pairs.Values)
        {
            pair.Dispose();
        }

        foreach (var weight in whole.Values)
        {
            weight.Value.Dispose();
        }
    }

    /// <summary>Everything a file holds, or only what is trained: a router's correction bias is stored with the biases, but is no parameter.</summary>
    internal IEnumerable<(string Name, Tensor Value)> Tensors(bool trained) =>
        pairs.Values.SelectMany(pair => pair.Parts.Select(part => ($"{pair.Module}.{part.Part}", part.Value)))
            .Concat(whole.Values.Where(weight => weight.Slot.Weight.Trained || !trained).Select(weight => (weight.Slot.Key, weight.Value)));
}
