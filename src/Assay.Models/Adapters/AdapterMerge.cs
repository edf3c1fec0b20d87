using Assay.Models.Engine.Plans;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Adapters;

/// <summary>Puts an adapter into the weights of a model, in hub layout.</summary>
internal static class AdapterMerge
{
    /// <summary>The merged model's plan: the base's, with a head of its own where the adapter pulls a tied head and its embedding apart.</summary>
    public static DecoderPlan Plan(DecoderPlan plan, LoraAdapter adapter) =>
        plan.Head.Tied && (adapter.Replacement(plan.Head) is not null || adapter.Replacement(plan.Embedding.Table) is not null)
            ? plan with { Head = plan.Head with { Table = plan.Head.OwnTable, Tied = false } }
            : plan;

    /// <summary>The merged weights by the merged plan's names, all new tensors.</summary>
    public static Dictionary<string, Tensor> Weights(ReferenceModel model, LoraAdapter adapter)
    {
        using var off = no_grad();
        var linears = AdapterSlots.Adaptable(model.Plan).ToDictionary(linear => $"{linear.Name}.weight", StringComparer.Ordinal);
        var merged = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, value) in model.Parameters)
        {
            using var scope = NewDisposeScope();
            var changed = adapter.Replacement(name) is { } replacement ? replacement.detach().clone()
                : linears.GetValueOrDefault(name) is { } linear && adapter.Find(linear.Name) is { } pair ? Merged(pair, linear, value.detach())
                : value.detach().clone();
            merged.Add(name, changed.DetachFromDisposeScope());
        }

        string head = Plan(model.Plan, adapter).Head.Table;
        if (!merged.ContainsKey(head))
        {
            merged.Add(head, (adapter.Replacement(model.Plan.Head) ?? model.Parameters[model.Plan.Head.Table]).detach().clone().DetachFromDisposeScope());
        }

        return merged;
    }

    /// <summary>A layer's weight in its stored shape with a pair inside, a new tensor.</summary>
    internal static Tensor Merged(LoraPair pair, LinearModule linear, Tensor value) =>
        linear.Transposed ? pair.Merge(value.t()).t().contiguous() : pair.Merge(value);
}
