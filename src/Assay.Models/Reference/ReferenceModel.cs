using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Engine;
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
        var rope = Plan.Rope is { } plan ? RotaryTable.Make(plan, ids.shape[1], options) : null;
        var hidden = parameters[Plan.Embedding.Table].index_select(0, ids.reshape(-1)).view(ids.shape[0], ids.shape[1], Plan.Hidden); // [B, T, D]
        options.Trace?.Invoke(0, hidden);
        for (int index = 0; index < Plan.Blocks.Count; index++)
        {
            hidden = Block(index, hidden, rope, options);
            if (index + 1 < Plan.Blocks.Count)
            {
                options.Trace?.Invoke(index + 1, hidden);
            }
        }

        options.Cache?.Advance((int)ids.shape[1]);
        hidden = Norm(Plan.FinalNorm, hidden);
        options.Trace?.Invoke(Plan.Blocks.Count, hidden);
        return hidden.MoveToOuterDisposeScope();
    }

    /// <summary>Scores of all tokens.</summary>
    /// <param name="hidden">[..., D] from <see cref="Hidden"/>.</param>
    /// <returns>[..., V], fp32.</returns>
    public Tensor Logits(Tensor hidden) => nn.functional.linear(hidden, parameters[Plan.Head.Table]);

    public void Dispose()
    {
        foreach (var parameter in parameters.Values)
        {
            parameter.Dispose();
        }
    }

    private Tensor Block(int index, Tensor hidden, RotaryTable? rope, ForwardOptions options)
    {
        using var scope = NewDisposeScope();
        var block = Plan.Blocks[index];
        var attended = hidden + Attention(index, block.Attention, Norm(block.Pre1, hidden), rope, options);
        var result = attended + Mlp(block.Mlp, Norm(block.Pre2, attended), options);
        return result.MoveToOuterDisposeScope();
    }

    private Tensor Attention(int index, AttentionPlan plan, Tensor x, RotaryTable? rope, ForwardOptions options)
    {
        if (plan is not GroupedAttention grouped)
        {
            throw new ArgumentOutOfRangeException(nameof(plan), plan.GetType().Name, "The reference path has no such attention.");
        }

        Tensor Heads(LinearModule module, int heads) =>
            Linear(module, x, options).view(x.shape[0], x.shape[1], heads, grouped.HeadDim).transpose(1, 2); // [B, H, T, d]

        var query = Heads(grouped.Query, grouped.Heads);
        var key = Heads(grouped.Key, grouped.KvHeads);
        var value = Heads(grouped.Value, grouped.KvHeads);
        if (rope is not null)
        {
            (query, key) = (rope.Rotate(query), rope.Rotate(key));
        }

        if (options.Cache is { } cache)
        {
            (key, value) = cache.Append(index, key, value);
        }

        var mixed = AttentionOperators.Causal(query, key, value, grouped.Scale, options.FusedAttention); // [B, H, T, d]
        var joined = mixed.transpose(1, 2).reshape(x.shape[0], x.shape[1], grouped.Heads * grouped.HeadDim); // [B, T, H·d]
        return Linear(grouped.Output, joined, options);
    }

    private Tensor Mlp(MlpPlan plan, Tensor x, ForwardOptions options) => plan switch
    {
        GatedMlp gated => Linear(gated.Down, nn.functional.silu(Linear(gated.Gate, x, options)) * Linear(gated.Up, x, options), options),
        _ => throw new ArgumentOutOfRangeException(nameof(plan), plan.GetType().Name, "The reference path has no such mlp."),
    };

    private Tensor Linear(LinearModule module, Tensor x, ForwardOptions options)
    {
        var y = nn.functional.linear(x, parameters[$"{module.Name}.weight"], module.Bias ? parameters[$"{module.Name}.bias"] : null);
        return options.Adapter?.Find(module.Name) is { } pair ? y + pair.Delta(x, options.DropoutStep) : y;
    }

    private Tensor Norm(NormPlan plan, Tensor x) =>
        x * rsqrt(x.square().mean([-1], keepdim: true) + plan.Epsilon) * parameters[$"{plan.Name}.weight"];
}
