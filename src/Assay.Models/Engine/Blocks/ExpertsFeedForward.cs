using Assay.Models.Adapters;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>y = Σ weightₑ · expertₑ(x) over each token's chosen experts, plus the shared expert. Router and sums are fp32; the router stays frozen.</summary>
/// <remarks>Each expert computes its own tokens' rows, gathered; its buffers grow to the most rows it ever had.</remarks>
internal sealed class ExpertsFeedForward : IBranch
{
    private readonly ExpertsMlp plan;
    private readonly int block;
    private readonly int width;
    private readonly Tensor router;
    private readonly Tensor? correction;
    private readonly Tensor? sharedGate;
    private readonly List<GatedFeedForward> experts;
    private readonly GatedFeedForward? shared;
    private ExpertRoutes? routes;
    private float[] gates = [];

    public ExpertsFeedForward(FrozenWeights weights, ExpertsMlp plan, LoraAdapter? adapter, int block)
    {
        (this.plan, this.block, width) = (plan, block, plan.Experts[0].GateUp.In);
        router = weights.Tensor(plan.Router.Table);
        correction = plan.Router.CorrectionBias is { } bias ? weights.Tensor(bias) : null;
        sharedGate = plan.SharedGate is { } gate ? weights.Tensor(gate) : null;
        experts = [.. plan.Experts.Select((expert, index) => new GatedFeedForward(weights, expert, adapter, Slot(index), "expert."))];
        shared = plan.Shared is { } common ? new GatedFeedForward(weights, common, adapter, block, "shared.") : null;
    }

    public IEnumerable<FusedLinear> Linears => experts.SelectMany(expert => expert.Linears).Concat(shared?.Linears ?? []);

    public bool ResultIsFloat => true;

    /// <summary>fp32, because rounding what the router reads would send tokens to other experts.</summary>
    public Tensor Input(PackedPass pass) => pass.WorkFloats("experts.x", pass.Count, width);

    public void Forward(PackedPass pass, Tensor y)
    {
        var x = Input(pass);
        using (var transposed = router.t())
        using (var logits = x.mm(transposed))
        {
            routes = new ExpertRoutes(plan.Router, logits, correction);
        }

        y.zero_();
        for (int index = 0; index < experts.Count; index++)
        {
            var (tokens, weights, _) = routes.Of(index);
            if (tokens.Length > 0)
            {
                var rows = pass.WithRows(tokens.Length);
                RowOperators.Gather(x, tokens, experts[index].Input(rows));
                var result = Result(rows, index);
                experts[index].Forward(rows, result);
                RowOperators.ScatterAdd(y, tokens, result, weights);
            }
        }

        if (shared is not null)
        {
            RowOperators.Convert(x, shared.Input(pass));
            var result = SharedResult(pass);
            shared.Forward(pass, result);
            gates = Gates(pass, x);
            RowOperators.ScatterAdd(y, Everyone(pass), result, gates);
        }
    }

    public Tensor? Backward(PackedPass pass, Tensor dy, bool needInput)
    {
        var x = Input(pass);
        var dx = pass.WorkFloats("experts.dx", pass.Count, width);
        dx.zero_();
        float[] weightGradients = new float[pass.Count * plan.Router.Chosen];
        for (int index = 0; index < experts.Count; index++)
        {
            var (tokens, weights, places) = routes!.Of(index);
            if (tokens.Length == 0)
            {
                continue;
            }

            var rows = pass.WithRows(tokens.Length);
            var gradient = rows.Work("expert.dy", width);
            RowOperators.Gather(dy, tokens, gradient);
            float[] products = new float[tokens.Length];
            RowOperators.Dot(gradient, Result(rows, index), products);
            for (int row = 0; row < places.Length; row++)
            {
                weightGradients[places[row]] = products[row];
            }

            RowOperators.ScaleEach(gradient, weights);
            RowOperators.Gather(x, tokens, experts[index].Input(rows));
            if (experts[index].Backward(rows, gradient, needInput) is { } part)
            {
                RowOperators.ScatterAdd(dx, tokens, part, []);
            }
        }

        SharedBackward(pass, dy, dx, needInput);
        if (!needInput)
        {
            return null;
        }

        using var logits = tensor(routes!.Backward(weightGradients), pass.Count, plan.Router.Experts);
        dx.addmm_(logits, router);
        return dx;
    }

    public void Dispose()
    {
        experts.ForEach(expert => expert.Dispose());
        shared?.Dispose();
    }

    private static int[] Everyone(PackedPass pass) => [.. Enumerable.Range(0, pass.Count)];

    private void SharedBackward(PackedPass pass, Tensor dy, Tensor dx, bool needInput)
    {
        if (shared is null)
        {
            return;
        }

        float[] products = new float[pass.Count];
        RowOperators.Dot(dy, SharedResult(pass), products);
        var gradient = pass.Work("shared.dy", width);
        RowOperators.Convert(dy, gradient);
        RowOperators.ScaleEach(gradient, gates);
        RowOperators.Convert(Input(pass), shared.Input(pass));
        if (shared.Backward(pass, gradient, needInput) is not { } part)
        {
            return;
        }

        RowOperators.ScatterAdd(dx, Everyone(pass), part, []);
        if (sharedGate is not null)
        {
            using var slopes = tensor([.. products.Select((product, row) => product * gates[row] * (1 - gates[row]))], pass.Count, 1);
            dx.addmm_(slopes, sharedGate);
        }
    }

    /// <summary>Factor of the shared expert for each token.</summary>
    private float[] Gates(PackedPass pass, Tensor x)
    {
        if (sharedGate is null)
        {
            float[] ones = new float[pass.Count];
            Array.Fill(ones, 1f);
            return ones;
        }

        using var scope = NewDisposeScope();
        return x.mm(sharedGate.t()).sigmoid().data<float>().ToArray();
    }

    private Tensor Result(PackedPass rows, int expert) => rows.Kept("expert.y", Slot(expert), width);

    private Tensor SharedResult(PackedPass pass) => pass.Kept("shared.y", block, width);

    /// <summary>A number that no expert of another block has.</summary>
    private int Slot(int expert) => (block * plan.Experts.Count) + expert;
}
