using Assay.Models.Adapters;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>Multi-head latent attention: keys and values of all heads are expanded from one compressed row per token, and one rotary key serves all heads.</summary>
internal sealed class CompressedAttention : IBranch
{
    private readonly LatentAttention plan;
    private readonly int block;
    private readonly int width;
    private readonly FusedLinear? queryDown;
    private readonly Norm? queryNorm;
    private readonly FusedLinear query;
    private readonly FusedLinear kvDown;
    private readonly Norm kvNorm;
    private readonly FusedLinear kvUp;
    private readonly FusedLinear output;
    private readonly SegmentAttention heads;

    public CompressedAttention(FrozenWeights weights, LatentAttention plan, LoraAdapter? adapter, int block)
    {
        (this.plan, this.block, width) = (plan, block, plan.KvDown.In);
        FusedLinear Linear(LinearPlan linear, string role) => new(weights, linear, adapter, role, block);
        queryDown = plan.QueryDown is { } down ? Linear(down, "q_down") : null;
        queryNorm = plan.QueryNorm is { } norm ? new Norm(weights, norm, "q_norm", block) : null;
        query = Linear(plan.Query, "q");
        kvDown = Linear(plan.KvDown, "kv_down");
        kvNorm = new Norm(weights, plan.KvNorm, "kv_norm", block);
        kvUp = Linear(plan.KvUp, "kv_up");
        output = Linear(plan.Output, "o");
        heads = new SegmentAttention(new AttentionShape(plan.Heads, plan.Heads, KeyDim, plan.ValueDim, plan.Scale, plan.Window, plan.SoftCap, Alibi: false), block);
    }

    public IEnumerable<FusedLinear> Linears => ((FusedLinear?[])[queryDown, query, kvDown, kvUp, output]).OfType<FusedLinear>();

    private int KeyDim => plan.Nope + plan.Rotary;

    public Tensor Input(PackedPass pass) => (queryDown ?? query).Input(pass);

    public void Forward(PackedPass pass, Tensor y)
    {
        var x = Input(pass);
        FillKvDown(pass);
        var queries = Queries(pass);
        if (queryDown is not null)
        {
            var compressed = QueryRows(pass);
            queryDown.Forward(pass, x, compressed);
            queryNorm!.Forward(pass, compressed, query.Input(pass));
        }

        query.Forward(pass, query.Input(pass), queries);
        Rotate(pass, queries, plan.Heads, plan.Nope, back: false);

        var latent = Latent(pass);
        kvDown.Forward(pass, kvDown.Input(pass), latent);
        using var rows = latent.narrow(1, 0, plan.KvRank);
        kvNorm.Forward(pass, rows, kvUp.Input(pass));
        using var sharedKey = latent.narrow(1, plan.KvRank, plan.Rotary);
        Rotate(pass, sharedKey, 1, 0, back: false);
        if (pass.Cache is { } store)
        {
            using var normalised = kvUp.Input(pass).narrow(1, 0, plan.KvRank);
            store(block, normalised, sharedKey);
        }

        Expand(pass, sharedKey);
        var joined = output.Input(pass, kept: true);
        using var mixed = joined.narrow(1, 0, plan.Heads * plan.ValueDim);
        heads.Forward(pass, queries, Keys(pass), Values(pass), mixed);
        output.Forward(pass, joined, y);
    }

    public Tensor? Backward(PackedPass pass, Tensor dy, bool needInput)
    {
        var joined = output.Input(pass, kept: true);
        var dJoined = output.BackwardInput(pass, dy);
        output.BackwardAdapters(pass, joined, dy);
        var dq = pass.Work("q.dy", plan.Heads * KeyDim);
        var dk = pass.Work("latent.dk", plan.Heads * KeyDim);
        var dv = pass.Work("latent.dv", plan.Heads * plan.ValueDim);
        using (var mixed = joined.narrow(1, 0, plan.Heads * plan.ValueDim))
        using (var dMixed = dJoined.narrow(1, 0, plan.Heads * plan.ValueDim))
        {
            heads.Backward(pass, (Queries(pass), Keys(pass), Values(pass), mixed), dMixed, (dq, dk, dv));
        }

        Rotate(pass, dq, plan.Heads, plan.Nope, back: true);
        var fromQueries = QueryBackward(pass, dq, needInput);
        FillKvDown(pass);
        var fromKeys = kvDown.Backward(pass, LatentGradient(pass, dk, dv), needInput);
        if (!needInput)
        {
            return null;
        }

        var dx = pass.WorkFloats("latent.dx", pass.Count, width);
        using var first = fromQueries!.narrow(1, 0, width);
        RowOperators.Convert(first, dx);
        RowOperators.Add(dx, dx, fromKeys!);
        return dx;
    }

    public void Dispose()
    {
        foreach (var linear in Linears)
        {
            linear.Dispose();
        }
    }

    /// <summary>The branch's input serves two matrices.</summary>
    private void FillKvDown(PackedPass pass)
    {
        using var columns = Input(pass).narrow(1, 0, width);
        RowOperators.Convert(columns, kvDown.Input(pass));
    }

    private Tensor? QueryBackward(PackedPass pass, Tensor dq, bool needInput)
    {
        if (queryDown is null)
        {
            return query.Backward(pass, dq, needInput);
        }

        queryNorm!.Forward(pass, QueryRows(pass), query.Input(pass));
        var dNormalised = query.Backward(pass, dq, needInput: true)!;
        var dCompressed = pass.Work("q_down.dy", plan.QueryDown!.Out);
        queryNorm.Backward(pass, QueryRows(pass), dNormalised, dCompressed, add: false);
        return queryDown.Backward(pass, dCompressed, needInput);
    }

    /// <summary>Gradient of the compressed rows and the shared key, [N, C + rotary].</summary>
    private Tensor LatentGradient(PackedPass pass, Tensor dk, Tensor dv)
    {
        using var scope = NewDisposeScope();
        var dExpanded = pass.Work("kv_up.dy", plan.KvUp.Out);
        var parts = ByHead(dExpanded, plan.Nope + plan.ValueDim);
        parts.narrow(2, 0, plan.Nope).copy_(ByHead(dk, KeyDim).narrow(2, 0, plan.Nope));
        parts.narrow(2, plan.Nope, plan.ValueDim).copy_(ByHead(dv, plan.ValueDim));
        var dLatent = pass.Work("kv_down.dy", plan.KvDown.Out);
        var rows = Latent(pass).narrow(1, 0, plan.KvRank);
        kvNorm.Forward(pass, rows, kvUp.Input(pass));
        var dNormalised = kvUp.Backward(pass, dExpanded, needInput: true)!;
        kvNorm.Backward(pass, rows, dNormalised, dLatent.narrow(1, 0, plan.KvRank), add: false);
        var dShared = dLatent.narrow(1, plan.KvRank, plan.Rotary);
        dShared.copy_(ByHead(dk, KeyDim).narrow(2, plan.Nope, plan.Rotary).sum(1));
        Rotate(pass, dShared, 1, 0, back: true);
        return dLatent;
    }

    /// <summary>Keys and values of every head.</summary>
    private void Expand(PackedPass pass, Tensor sharedKey)
    {
        using var scope = NewDisposeScope();
        var expanded = pass.Work("kv_up.y", plan.KvUp.Out);
        kvUp.Forward(pass, kvUp.Input(pass), expanded);
        var parts = ByHead(expanded, plan.Nope + plan.ValueDim);
        var keys = ByHead(Keys(pass), KeyDim);
        keys.narrow(2, 0, plan.Nope).copy_(parts.narrow(2, 0, plan.Nope));
        keys.narrow(2, plan.Nope, plan.Rotary).copy_(sharedKey.unsqueeze(1));
        ByHead(Values(pass), plan.ValueDim).copy_(parts.narrow(2, plan.Nope, plan.ValueDim));
    }

    private void Rotate(PackedPass pass, Tensor x, int count, int offset, bool back)
    {
        using var rotated = x.narrow(1, offset, x.size(1) - offset);
        RowOperators.Rotate(rotated, count, KeyDim, pass.Rope!, pass.Tokens.Positions, back);
    }

    /// <summary>[N, heads·width] as [N, heads, width].</summary>
    private Tensor ByHead(Tensor rows, int headWidth) => rows.view(-1, plan.Heads, headWidth);

    private Tensor QueryRows(PackedPass pass) => pass.Kept("q_down.y", block, plan.QueryDown!.Out);

    private Tensor Queries(PackedPass pass) => pass.Kept("q.y", block, plan.Query.Out);

    private Tensor Latent(PackedPass pass) => pass.Kept("kv_down.y", block, plan.KvDown.Out);

    private Tensor Keys(PackedPass pass) => pass.Kept("latent.k", block, plan.Heads * KeyDim);

    private Tensor Values(PackedPass pass) => pass.Kept("latent.v", block, plan.Heads * plan.ValueDim);
}
