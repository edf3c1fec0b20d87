using Assay.Data.Formats;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Adapters;

/// <summary>The LoRA pairs of one adapter. It belongs to no model: any forward call may be given it, and several may share one resident base.</summary>
public sealed class LoraAdapter : IDisposable
{
    private readonly Dictionary<string, LoraPair> pairs;

    internal LoraAdapter(PeftAdapterConfig config, IEnumerable<LoraPair> pairs, TensorDtype storedDtype = TensorDtype.F32)
    {
        (Config, StoredDtype) = (config, storedDtype);
        this.pairs = pairs.ToDictionary(pair => pair.Module, StringComparer.Ordinal);
    }

    /// <summary>PEFT's description of the adapter.</summary>
    public PeftAdapterConfig Config { get; }

    /// <summary>Number format of the file it came from, F32 for a new one; saving keeps it.</summary>
    public TensorDtype StoredDtype { get; }

    /// <summary>Pairs in the order of the model's layers.</summary>
    public IReadOnlyCollection<LoraPair> Pairs => pairs.Values;

    /// <summary>The trainable tensors by PEFT's key without the <c>base_model.model.</c> prefix.</summary>
    public IEnumerable<(string Name, Tensor Value)> Parameters =>
        pairs.Values.SelectMany<LoraPair, (string, Tensor)>(pair => [($"{pair.Module}.lora_A.weight", pair.A), ($"{pair.Module}.lora_B.weight", pair.B)]);

    /// <summary>A new adapter whose first output equals the base's: A ~ U(−1/√K, 1/√K), B = 0.</summary>
    /// <param name="plan">The base model.</param>
    /// <param name="config">Rank, α, targets.</param>
    /// <param name="seed">Same seed, same A and same dropout masks.</param>
    /// <exception cref="InvalidModelConfigException">No layer of the model is targeted, or a rank exceeds a layer's width.</exception>
    public static LoraAdapter Create(DecoderPlan plan, PeftAdapterConfig config, ulong seed)
    {
        var pairs = plan.Linears.Where(linear => config.Targets(linear.Name)).Select(linear => Create(linear, config, seed)).ToList();
        return pairs.Count > 0
            ? new LoraAdapter(config, pairs)
            : throw new InvalidModelConfigException("target_modules names no linear layer of this model, so there is nothing to train.");
    }

    /// <summary>The pair of a layer, or null when it is not adapted.</summary>
    public LoraPair? Find(string module) => pairs.GetValueOrDefault(module);

    public void Dispose()
    {
        foreach (var pair in pairs.Values)
        {
            pair.Dispose();
        }
    }

    private static LoraPair Create(LinearModule linear, PeftAdapterConfig config, ulong seed)
    {
        int rank = config.RankOf(linear.Name);
        if (rank > Math.Min(linear.In, linear.Out))
        {
            throw new InvalidModelConfigException($"Rank {rank} exceeds the smaller side of '{linear.Name}', {Math.Min(linear.In, linear.Out)}.");
        }

        var random = new CounterRandom(seed, $"lora {linear.Name}");
        double bound = 1 / Math.Sqrt(linear.In);
        float[] values = new float[rank * linear.In];
        for (int index = 0; index < values.Length; index++)
        {
            values[index] = (float)(bound * ((2 * random.Uniform(index)) - 1));
        }

        return new LoraPair(
            linear.Name,
            tensor(values, rank, linear.In).DetachFromDisposeScope(),
            zeros(linear.Out, rank).DetachFromDisposeScope(),
            config.ScaleOf(linear.Name),
            (config.Dropout, seed));
    }
}
