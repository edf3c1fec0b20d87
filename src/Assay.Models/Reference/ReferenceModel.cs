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

    private ReferenceModel(DecoderPlan plan, Dictionary<string, Tensor> parameters) => (Plan, this.parameters) = (plan, parameters);

    /// <summary>What is interpreted.</summary>
    public DecoderPlan Plan { get; }

    /// <summary>fp32 weights by the plan's names; a tied head occurs once.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters => parameters;

    /// <summary>Loads every weight of a plan, converted to fp32.</summary>
    /// <exception cref="InvalidSafetensorsException">Weights are missing, unknown or of another shape; up to five are named.</exception>
    public static ReferenceModel Load(DecoderPlan plan, SafetensorsCheckpoint checkpoint) =>
        new(plan, WeightLoading.Load(plan, checkpoint));

    /// <summary>A new model for pre-training: matrices N(0, 0.02²), norms 1, biases 0.</summary>
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
            else if (weight.Name.EndsWith(".weight", StringComparison.Ordinal))
            {
                Array.Fill(values, 1f);
            }

            parameters.Add(weight.Name, tensor(values, [.. weight.Shape]).DetachFromDisposeScope());
        }

        return new ReferenceModel(plan, parameters);
    }

    /// <summary>A copy with an adapter's update added into the weights: W + s·B·A.</summary>
    public ReferenceModel Merge(LoraAdapter adapter)
    {
        using var off = no_grad();
        var merged = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, value) in parameters)
        {
            using var scope = NewDisposeScope();
            var pair = name.EndsWith(".weight", StringComparison.Ordinal) ? adapter.Find(name[..^".weight".Length]) : null;
            merged.Add(name, (pair is null ? value.detach().clone() : value + pair.Matrix()).DetachFromDisposeScope());
        }

        return new ReferenceModel(Plan, merged);
    }

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
    /// <returns>[..., V], fp32.</returns>
    public Tensor Logits(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        var logits = nn.functional.linear(hidden, parameters[Plan.Head.Table]);
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
