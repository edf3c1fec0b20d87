using Assay.Models.Adapters;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>Attention of query heads over shared key and value heads, sequence by sequence.</summary>
internal sealed class CausalAttention : IBranch
{
    private readonly GroupedAttention plan;
    private readonly int block;
    private readonly FusedLinear qkv;
    private readonly FusedLinear output;
    private readonly HeadNorm? queryNorm;
    private readonly HeadNorm? keyNorm;
    private readonly SegmentAttention heads;

    public CausalAttention(FrozenWeights weights, GroupedAttention plan, LoraAdapter? adapter, int block)
    {
        (this.plan, this.block) = (plan, block);
        qkv = new FusedLinear(weights, plan.Qkv, adapter, "qkv", block);
        output = new FusedLinear(weights, plan.Output, adapter, "o", block);
        queryNorm = plan.QueryNorm is { } query ? new HeadNorm(new Norm(weights, query, "q_norm", block), "q_norm", block, 0, plan.Heads) : null;
        keyNorm = plan.KeyNorm is { } key ? new HeadNorm(new Norm(weights, key, "k_norm", block), "k_norm", block, Queries, plan.KvHeads) : null;
        heads = new SegmentAttention(AttentionShape.Of(plan), block);
    }

    public IEnumerable<FusedLinear> Linears => [qkv, output];

    private int Queries => plan.Heads * plan.HeadDim;

    private int Keys => plan.KvHeads * plan.HeadDim;

    public Tensor Input(PackedPass pass) => qkv.Input(pass);

    public void Forward(PackedPass pass, Tensor y)
    {
        var joined = Joined(pass);
        qkv.Forward(pass, qkv.Input(pass), joined);
        queryNorm?.Forward(pass, joined);
        keyNorm?.Forward(pass, joined);
        if (plan.Position is PositionKind.Rope)
        {
            RowOperators.Rotate(joined, plan.Heads + plan.KvHeads, plan.HeadDim, pass.Rope!, pass.Tokens.Positions, back: false);
        }

        using var keys = joined.narrow(1, Queries, Keys);
        using var values = joined.narrow(1, Queries + Keys, Keys);
        pass.Cache?.Invoke(block, keys, values);
        using var queries = joined.narrow(1, 0, Queries);
        var x = Mixed(pass);
        using var mixed = x.narrow(1, 0, Queries);
        heads.Forward(pass, queries, keys, values, mixed);
        output.Forward(pass, x, y);
    }

    public Tensor? Backward(PackedPass pass, Tensor dy, bool needInput)
    {
        var joined = Joined(pass);
        var x = Mixed(pass);
        using var queries = joined.narrow(1, 0, Queries);
        using var keys = joined.narrow(1, Queries, Keys);
        using var values = joined.narrow(1, Queries + Keys, Keys);
        using var mixed = x.narrow(1, 0, Queries);
        if (pass.SavesMemory)
        {
            heads.Forward(pass, queries, keys, values, mixed);
        }

        var dx = output.BackwardInput(pass, dy);
        output.BackwardAdapters(pass, x, dy);
        if (!needInput && qkv.Rank == 0)
        {
            return null;
        }

        var gradient = pass.Work("qkv.dy", plan.Qkv.Out);
        using (var dMixed = dx.narrow(1, 0, Queries))
        using (var dQueries = gradient.narrow(1, 0, Queries))
        using (var dKeys = gradient.narrow(1, Queries, Keys))
        using (var dValues = gradient.narrow(1, Queries + Keys, Keys))
        {
            heads.Backward(pass, (queries, keys, values, mixed), dMixed, (dQueries, dKeys, dValues));
        }

        if (plan.Position is PositionKind.Rope)
        {
            RowOperators.Rotate(gradient, plan.Heads + plan.KvHeads, plan.HeadDim, pass.Rope!, pass.Tokens.Positions, back: true);
        }

        queryNorm?.Backward(pass, gradient);
        keyNorm?.Backward(pass, gradient);
        return qkv.Backward(pass, gradient, needInput);
    }

    public void Dispose()
    {
        qkv.Dispose();
        output.Dispose();
    }

    /// <summary>The heads' results as the output projection's input.</summary>
    private Tensor Mixed(PackedPass pass) => output.Input(pass, kept: !pass.SavesMemory);

    /// <summary>[N, queries + keys + values], after norms and rotation.</summary>
    private Tensor Joined(PackedPass pass) => pass.Kept("qkv.y", block, plan.Qkv.Out);
}
