using Assay.Models.Adapters;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>y = down(act(gate x) ⊙ up x).</summary>
/// <param name="weights">Base.</param>
/// <param name="plan">Matrices and activation.</param>
/// <param name="adapter">Adapter, or null.</param>
/// <param name="block">Block index, or another number that no second mlp with the same prefix has.</param>
/// <param name="prefix">Begins the names of its buffers.</param>
internal sealed class GatedFeedForward(FrozenWeights weights, GatedMlp plan, LoraAdapter? adapter, int block, string prefix = "") : IBranch
{
    private readonly FusedLinear gateUp = new(weights, plan.GateUp, adapter, $"{prefix}gate_up", block);
    private readonly FusedLinear down = new(weights, plan.Down, adapter, $"{prefix}down", block);

    public IEnumerable<FusedLinear> Linears => [gateUp, down];

    public Tensor Input(PackedPass pass) => gateUp.Input(pass);

    public void Forward(PackedPass pass, Tensor y)
    {
        var halves = Halves(pass);
        gateUp.Forward(pass, gateUp.Input(pass), halves);
        var x = down.Gradient(pass);
        RowOperators.GatedForward(plan.Act, halves, x);
        down.Forward(pass, x, y);
    }

    public Tensor? Backward(PackedPass pass, Tensor dy, bool needInput)
    {
        var halves = Halves(pass);
        var dx = down.BackwardInput(pass, dy);

        // One pass over the halves turns them into their gradients, and dx into what down saw, so neither is kept.
        RowOperators.GatedBackward(plan.Act, halves, dx, dx);
        down.BackwardAdapters(pass, dx, dy);
        return gateUp.Backward(pass, halves, needInput);
    }

    public void Dispose()
    {
        gateUp.Dispose();
        down.Dispose();
    }

    private Tensor Halves(PackedPass pass) => pass.Kept($"{prefix}gate_up.y", block, plan.GateUp.Out);
}
