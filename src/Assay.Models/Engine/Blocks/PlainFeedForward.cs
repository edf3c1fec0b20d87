using Assay.Models.Adapters;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>y = down(act(up x)).</summary>
internal sealed class PlainFeedForward(FrozenWeights weights, PlainMlp plan, LoraAdapter? adapter, int block) : IBranch
{
    private readonly FusedLinear up = new(weights, plan.Up, adapter, "up", block);
    private readonly FusedLinear down = new(weights, plan.Down, adapter, "down", block);

    public IEnumerable<FusedLinear> Linears => [up, down];

    public Tensor Input(PackedPass pass) => up.Input(pass);

    public void Forward(PackedPass pass, Tensor y)
    {
        var inner = Inner(pass);
        up.Forward(pass, up.Input(pass), inner);
        var x = down.Gradient(pass);
        RowOperators.PlainForward(plan.Act, inner, x);
        down.Forward(pass, x, y);
    }

    public Tensor? Backward(PackedPass pass, Tensor dy, bool needInput)
    {
        var inner = Inner(pass);
        var dx = down.BackwardInput(pass, dy);
        RowOperators.PlainBackward(plan.Act, inner, dx, dx);
        down.BackwardAdapters(pass, dx, dy);
        return up.Backward(pass, inner, needInput);
    }

    public void Dispose()
    {
        up.Dispose();
        down.Dispose();
    }

    private Tensor Inner(PackedPass pass) => pass.Kept("up.y", block, plan.Up.Out);
}
