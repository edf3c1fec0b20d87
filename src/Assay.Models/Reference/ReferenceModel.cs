using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Reference;

/// <summary>Interprets a <see cref="DecoderPlan"/> with plain TorchSharp operators in fp32, with autograd, under the weights' hub names.</summary>
/// <remarks>
/// The oracle of every test. Rows are padded on the right only: under causal attention a padded tail changes no real position, so no mask is needed.
/// Not safe for concurrent use. Tensors a method returns belong to the caller.
/// </remarks>
public sealed class ReferenceModel : IDisposable
{
    private readonly Dictionary<string, Tensor> parameters;

    private ReferenceModel(DecoderPlan plan, Dictionary<string, Tensor> parameters, IReadOnlyList<string> dequantised) =>
        (Plan, this.parameters, Dequantised) = (plan, parameters, dequantised);

    /// <summary>What is interpreted.</summary>
    public DecoderPlan Plan { get; }

    /// <summary>fp32 weights by the plan's names; a tied head occurs once.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters => parameters;

    /// <summary>Where the weights lie and calls compute.</summary>
    public Device Device => parameters[Plan.Embedding.Table].device;

    /// <summary>Names of the weights that were stored in NF4 and are computed with in fp32, in the plan's order; usually none.</summary>
    public IReadOnlyList<string> Dequantised { get; }

    /// <summary>Loads every weight of a plan, converted to fp32.</summary>
    /// <exception cref="InvalidSafetensorsException">Weights are missing, unknown or of another shape; up to five are named.</exception>
    public static ReferenceModel Load(DecoderPlan plan, SafetensorsCheckpoint checkpoint)
    {
        var weights = WeightLoading.Load(plan, checkpoint, out var dequantised);
        return new ReferenceModel(plan, weights, dequantised);
    }

    /// <summary>A model of given weights, which then belong to it.</summary>
    /// <param name="plan">What they are the weights of.</param>
    /// <param name="parameters">Contiguous fp32, one for every weight of the plan.</param>
    internal static ReferenceModel Of(DecoderPlan plan, Dictionary<string, Tensor> parameters) => new(plan, parameters, []);

    /// <summary>A copy on another device.</summary>
    /// <param name="device">Where its calls compute.</param>
    public ReferenceModel CopyTo(Device device)
    {
        using var off = no_grad();
        return new ReferenceModel(Plan, parameters.ToDictionary(weight => weight.Key, weight => weight.Value.to(device, copy: true).DetachFromDisposeScope(), StringComparer.Ordinal), Dequantised);
    }

    /// <summary>A new model for pre-training: matrices N(0, 0.02²), norms and biases without effect.</summary>
    /// <param name="plan">What to make.</param>
    /// <param name="seed">Same seed, same weights.</param>
    public static ReferenceModel Initialise(DecoderPlan plan, ulong seed)
    {
        const double deviation = 0.02;
        var parameters = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var weight in plan.Weights())
        {
            float[] values = new float[weight.Shape.Aggregate(1L, (count, size) => count * size)];
            if (weight.Shape.Count > 1)
            {
                var random = new CounterRandom(seed, weight.Name);
                for (int index = 0; index < values.Length; index++)
                {
                    values[index] = (float)(deviation * random.Normal(index));
                }
            }
            else
            {
                Array.Fill(values, weight.Neutral);
            }

            parameters.Add(weight.Name, tensor(values, [.. weight.Shape]).DetachFromDisposeScope());
        }

        return new ReferenceModel(plan, parameters, []);
    }

    /// <summary>A copy with an adapter inside the weights: W + s·B·A, with DoRA its rows scaled; replaced weights in place of the base's.</summary>
    /// <remarks>
    /// Every other tensor is copied unchanged. A tied head that the adapter replaces, or whose embedding it replaces, becomes a weight of its own: <see cref="Plan"/> says so.
    /// Weights in <see cref="Dequantised"/> are merged in fp32 and stay fp32; quantising the result again would be another model.
    /// </remarks>
    public ReferenceModel Merge(LoraAdapter adapter) => new(AdapterMerge.Plan(Plan, adapter), AdapterMerge.Weights(this, adapter), Dequantised);

    /// <summary>Hidden states after the final norm.</summary>
    /// <param name="ids">Token ids, int64 [B, T].</param>
    /// <param name="options">Adapter, cache, positions.</param>
    /// <returns>[B, T, D], fp32.</returns>
    public Tensor Hidden(Tensor ids, ForwardOptions options)
    {
        using var scope = NewDisposeScope();
        var pass = new ForwardPass(this, ids, options);
        var hidden = pass.Embed();
        options.Trace?.Invoke(0, hidden);
        for (int index = 0; index < Plan.Blocks.Count; index++)
        {
            hidden = pass.Block(index, hidden);
            if (index + 1 < Plan.Blocks.Count || Plan.HiddenBeforeFinalNorm)
            {
                options.Trace?.Invoke(index + 1, hidden);
            }
        }

        options.Cache?.Advance((int)ids.shape[1]);
        hidden = pass.Norm(Plan.FinalNorm, hidden);
        if (!Plan.HiddenBeforeFinalNorm)
        {
            options.Trace?.Invoke(Plan.Blocks.Count, hidden);
        }

        return hidden.MoveToOuterDisposeScope();
    }

    /// <summary>Scores of all tokens.</summary>
    /// <param name="hidden">[..., D] from <see cref="Hidden"/>.</param>
    /// <param name="adapter">The adapter of the call that made <paramref name="hidden"/>; it may replace the head.</param>
    /// <returns>[..., V], fp32.</returns>
    public Tensor Logits(Tensor hidden, LoraAdapter? adapter)
    {
        using var scope = NewDisposeScope();
        var logits = nn.functional.linear(hidden, adapter?.Replacement(Plan.Head) ?? parameters[Plan.Head.Table]);
        return (Plan.Head.SoftCap is { } cap ? (logits / cap).tanh() * cap : logits).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var parameter in parameters.Values)
        {
            parameter.Dispose();
        }
    }
}
