using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Reference;

/// <summary>One call of the reference path: every part of a plan, written out. All tensors fp32, [B, T, width] unless said.</summary>
internal sealed class ForwardPass
{
    private readonly ReferenceModel model;
    private readonly Tensor ids;
    private readonly ForwardOptions options;
    private readonly Tensor positions;
    private readonly RotaryTable? rope;

    /// <param name="model">Weights.</param>
    /// <param name="ids">int64 [B, T].</param>
    /// <param name="options">Adapter, cache, positions.</param>
    public ForwardPass(ReferenceModel model, Tensor ids, ForwardOptions options)
    {
        (this.model, this.ids, this.options) = (model, ids, options);
        long first = options.Cache?.Length ?? 0;
        positions = options.Positions ?? arange(first, first + ids.shape[1], ScalarType.Int64, ids.device).unsqueeze(0); // [1 or B, T]
        rope = model.Plan.Rope is { } plan ? RotaryTable.Make(plan, positions) : null;
    }

    /// <summary>Token embeddings with whatever positions and norm the plan adds.</summary>
    public Tensor Embed()
    {
        var plan = model.Plan.Embedding;
        var hidden = Rows(plan.Table, ids);
        if (plan.Scale != 1)
        {
            hidden *= plan.Scale;
        }

        if (plan.Positions is { } table)
        {
            hidden += Rows(table, positions);
        }

        if (options.EmbeddingNoise is { } noise)
        {
            hidden += noise;
        }

        return plan.Norm is { } norm ? Norm(norm, hidden) : hidden;
    }

    /// <summary>One block.</summary>
    public Tensor Block(int index, Tensor hidden)
    {
        using var scope = NewDisposeScope();
        var block = model.Plan.Blocks[index];
        var first = Norm(block.Pre1, hidden);
        var attention = Attention(index, block.Attention, first);
        if (block.Parallel)
        {
            return (hidden + attention + Mlp(block.Mlp, block.Pre2 is { } own ? Norm(own, hidden) : first)).MoveToOuterDisposeScope();
        }

        var attended = hidden + (block.Post1 is { } post1 ? Norm(post1, attention) : attention);
        var mlp = Mlp(block.Mlp, Norm(block.Pre2!, attended));
        return (attended + (block.Post2 is { } post2 ? Norm(post2, mlp) : mlp)).MoveToOuterDisposeScope();
    }

    /// <summary>A norm over the last axis.</summary>
    public Tensor Norm(NormPlan plan, Tensor x)
    {
        var weight = Weight($"{plan.Name}.weight");
        if (plan.Kind is NormKind.Layer)
        {
            return nn.functional.layer_norm(x, [plan.Width], weight, Weight($"{plan.Name}.bias"), plan.Epsilon);
        }

        var normalised = x * rsqrt(x.square().mean([-1], keepdim: true) + plan.Epsilon);
        return normalised * (plan.Kind is NormKind.RmsPlusOne ? weight + 1 : weight);
    }

    /// <summary>A weight by the plan's name: what the adapter puts in its place, else the base's.</summary>
    private Tensor Weight(string name) => options.Adapter?.Replacement(name) ?? model.Parameters[name];

    private Tensor Rows(string table, Tensor index) =>
        Weight(table).index_select(0, index.reshape(-1)).view(index.shape[0], index.shape[1], model.Plan.Hidden);

    private Tensor Attention(int index, AttentionPlan plan, Tensor x)
    {
        var (query, key, value) = plan switch
        {
            GroupedAttention grouped => Grouped(grouped, x),
            LatentAttention latent => Latent(latent, x),
            _ => throw new ArgumentOutOfRangeException(nameof(plan), plan.GetType().Name, "The reference path has no such attention."),
        };
        if (options.Cache is { } cache)
        {
            (key, value) = cache.Append(index, key, value);
        }

        var mixed = AttentionOperators.Causal(query, key, value, plan, options.FusedAttention); // [B, H, T, d]
        return Linear(plan.Output, mixed.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1));
    }

    /// <returns>[B, H, T, d], [B, K, T, d], [B, K, T, d].</returns>
    private (Tensor Query, Tensor Key, Tensor Value) Grouped(GroupedAttention plan, Tensor x)
    {
        var parts = Linear(plan.Qkv, x).split([plan.Heads * plan.HeadDim, plan.KvHeads * plan.HeadDim, plan.KvHeads * plan.HeadDim], -1);
        Tensor Heads(int part, int heads, NormPlan? norm)
        {
            var split = parts[part].view(x.shape[0], x.shape[1], heads, plan.HeadDim);
            return (norm is null ? split : Norm(norm, split)).transpose(1, 2);
        }

        var query = Heads(0, plan.Heads, plan.QueryNorm);
        var key = Heads(1, plan.KvHeads, plan.KeyNorm);
        var value = Heads(2, plan.KvHeads, null);
        return plan.Position is PositionKind.Rope ? (rope!.Rotate(query), rope.Rotate(key), value) : (query, key, value);
    }

    /// <returns>[B, H, T, Nope + Rotary] twice, [B, H, T, ValueDim]: keys and values expanded from their compressed row for every head.</returns>
    private (Tensor Query, Tensor Key, Tensor Value) Latent(LatentAttention plan, Tensor x)
    {
        Tensor Heads(Tensor rows, int heads) => rows.view(x.shape[0], x.shape[1], heads, -1).transpose(1, 2);

        var query = Heads(Linear(plan.Query, plan.QueryDown is { } down ? Norm(plan.QueryNorm!, Linear(down, x)) : x), plan.Heads).split([plan.Nope, plan.Rotary], -1);
        var compressed = Linear(plan.KvDown, x).split([plan.KvRank, plan.Rotary], -1);
        var expanded = Heads(Linear(plan.KvUp, Norm(plan.KvNorm, compressed[0])), plan.Heads).split([plan.Nope, plan.ValueDim], -1);
        var sharedKey = rope!.Rotate(Heads(compressed[1], 1)).expand(-1, plan.Heads, -1, -1);
        return (cat([query[0], rope.Rotate(query[1])], -1), cat([expanded[0], sharedKey], -1), expanded[1]);
    }

    private Tensor Mlp(MlpPlan plan, Tensor x)
    {
        switch (plan)
        {
            case GatedMlp gated:
                var halves = Linear(gated.GateUp, x).chunk(2, -1);
                return Linear(gated.Down, Activate(gated.Act, halves[0]) * halves[1]);
            case PlainMlp plain:
                return Linear(plain.Down, Activate(plain.Act, Linear(plain.Up, x)));
            case ExpertsMlp experts:
                return Experts(experts, x.reshape(-1, x.shape[^1])).view(x.shape);
            default:
                throw new ArgumentOutOfRangeException(nameof(plan), plan.GetType().Name, "The reference path has no such mlp.");
        }
    }

    /// <param name="plan">The layer.</param>
    /// <param name="x">[N, D].</param>
    private Tensor Experts(ExpertsMlp plan, Tensor x)
    {
        var router = plan.Router;
        var logits = Linear(plan.Gates.First(), x);
        var (experts, weights) = ExpertRouting.Choose(router, logits, router.CorrectionBias is { } bias ? Weight(bias) : null);
        var mixed = zeros_like(x);
        for (int expert = 0; expert < router.Experts; expert++)
        {
            var places = (experts == expert).nonzero(); // [tokens of this expert, 2]: token, place among its chosen
            if (places.shape[0] > 0)
            {
                var token = places.select(1, 0);
                var weight = weights.reshape(-1).index_select(0, (token * router.Chosen) + places.select(1, 1)).unsqueeze(-1);
                mixed = mixed.index_add(0, token, Mlp(plan.Experts[expert], x.index_select(0, token)) * weight, 1);
            }
        }

        if (plan.Shared is not { } shared)
        {
            return mixed;
        }

        var own = Mlp(shared, x);
        return mixed + (plan.SharedGate is null ? own : own * Linear(plan.Gates.Last(), x).sigmoid());
    }

    private static Tensor Activate(Activation act, Tensor x) => act switch
    {
        Activation.Silu => nn.functional.silu(x),
        Activation.Gelu => nn.functional.gelu(x),
        Activation.GeluTanh => 0.5 * x * (1 + (Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x.pow(3)))).tanh()),
        _ => throw new ArgumentOutOfRangeException(nameof(act), act, "Unknown activation."),
    };

    /// <summary>All hub layers of a matrix, each with its adapter, in engine row order.</summary>
    private Tensor Linear(LinearPlan plan, Tensor x)
    {
        var parts = plan.Rows.Select(block => InEngineOrder(block, Linear(block.Module, x))).ToArray();
        return parts.Length == 1 ? parts[0] : cat(parts, -1);
    }

    private Tensor Linear(LinearModule module, Tensor x)
    {
        var weight = Weight($"{module.Name}.weight");
        var matrix = module.Transposed ? weight.t() : weight; // [O, K]
        var y = nn.functional.linear(x, matrix, module.Bias ? Weight($"{module.Name}.bias") : null);
        return options.Adapter?.Find(module.Name) is { } pair ? y + pair.Delta(x, matrix, options.DropoutStep) : y;
    }

    private static Tensor InEngineOrder(RowBlock block, Tensor y) =>
        block.Order.IsIdentity ? y : y.index_select(-1, tensor(Array.ConvertAll(block.Order.HubRows(block.Module.Out), row => (long)row), device: y.device));
}
