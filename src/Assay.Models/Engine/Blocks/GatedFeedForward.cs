using Assay.Models.Adapters;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>y = down(act(gate x) ⊙ up x).</summary>
internal sealed class GatedFeedForward(FrozenWeights weights, GatedMlp plan, LoraAdapter? adapter, int block) : IBranch
{
    private readonly FusedLinear gateUp = new(weights, plan.GateUp, adapter, "gate_up", block);
    private readonly FusedLinear down = new(weights, plan.Down, adapter, "down", block);

    public IEnumerable<FusedLinear> Linears => [gateUp, down];

    public Tensor Input(PackedPass pass) => gateUp.Input(pass);

    public void Forward(PackedPass pass, Tensor y)
    {
        var halves = Halves(pass);
        gateUp.Forward(pass, gateUp.Input(pass), halves);
        var x = down.Input(pass, transient: true);
        RowOperators.GatedForward(plan.Act, halves, x);
        down.Forward(pass, x, y);
    }

    public Tensor? Backward(PackedPass pass, Tensor dy, bool needInput)
    {
        var halves = Halves(pass);
        var x = down.Input(pass, transient: true);
        var dx = down.BackwardInput(pass, dy);

        // One pass over the halves turns them into their gradients and restores what down saw, so neither is kept.
        RowOperators.GatedBackward(plan.Act, halves, dx, x);
        down.BackwardAdapters(pass, x, dy);
        return gateUp.Backward(pass, halves, needInput);
    }

    public void Dispose()
    {
        gateUp.Dispose();
        down.Dispose();
    }

    private Tensor Halves(PackedPass pass) => pass.Kept("gate_up.y", block, plan.GateUp.Out);
}
