using Assay.Models.Adapters;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>One decoder block on the fp32 residual stream.</summary>
internal sealed class DecoderBlock : IDisposable
{
    // One residual input in this many is kept; those between are added up again from what the branches gave.
    private const int KeptInputs = 4;

    private readonly BlockPlan plan;
    private readonly int index;
    private readonly DecoderBlock? before;
    private readonly bool keepsInput;
    private readonly bool canRepeat;
    private readonly IBranch attention;
    private readonly IBranch mlp;
    private readonly Norm pre1;
    private readonly Norm? post1;
    private readonly Norm? pre2;
    private readonly Norm? post2;
    private bool keepsMlp;

    /// <param name="weights">Base.</param>
    /// <param name="adapter">Adapter, or null.</param>
    /// <param name="index">Which block.</param>
    /// <param name="before">The block before it; null for the first one.</param>
    public DecoderBlock(FrozenWeights weights, LoraAdapter? adapter, int index, DecoderBlock? before)
    {
        (plan, this.index, this.before) = (weights.Plan.Blocks[index], index, before);
        Norm? Make(NormPlan? norm, string role) => norm is null ? null : new Norm(weights, norm, role, index);
        (pre1, post1, pre2, post2) = (Make(plan.Pre1, "pre1")!, Make(plan.Post1, "post1"), Make(plan.Pre2, "pre2"), Make(plan.Post2, "post2"));
        attention = plan.Attention switch
        {
            GroupedAttention grouped => new CausalAttention(weights, grouped, adapter, index),
            LatentAttention latent => new CompressedAttention(weights, latent, adapter, index),
            _ => throw new NotSupportedException($"The packed path has no {plan.Attention.GetType().Name}."),
        };
        mlp = plan.Mlp switch
        {
            GatedMlp gated => new GatedFeedForward(weights, gated, adapter, index),
            PlainMlp plain => new PlainFeedForward(weights, plain, adapter, index),
            ExpertsMlp experts => new ExpertsFeedForward(weights, experts, adapter, index),
            _ => throw new NotSupportedException($"The packed path has no {plan.Mlp.GetType().Name}."),
        };

        // fp32 results would take as much as the sums themselves.
        canRepeat = weights.Operand == ScalarType.BFloat16 && !plan.Parallel && !mlp.ResultIsFloat;
        keepsInput = before is null || !before.canRepeat || index % KeptInputs == 0;
        keepsMlp = post2 is not null;
        if (!keepsInput)
        {
            before!.keepsMlp = true;
        }
    }

    /// <summary>Its matrices in the order data flows.</summary>
    public IEnumerable<FusedLinear> Linears => attention.Linears.Concat(mlp.Linears);

    /// <summary>Whether an adapter trains something here.</summary>
    public bool Trains => Linears.Any(linear => linear.Rank > 0);

    /// <summary>The block's residual input, [N, D] fp32, for the caller of <see cref="Forward"/> to fill.</summary>
    public Tensor Input(PackedPass pass) =>
        keepsInput || !pass.Keep ? pass.KeptFloats("h", index, pass.Count, Width) : pass.WorkFloats("h.between", pass.Count, Width);

    private int Width => plan.Pre1.Width;

    /// <param name="pass">The call.</param>
    /// <param name="result">[N, D] fp32, written; may be the memory of <see cref="Input"/>.</param>
    public void Forward(PackedPass pass, Tensor result)
    {
        var h = Input(pass);
        pre1.Forward(pass, h, attention.Input(pass));
        if (plan.Parallel)
        {
            FillParallelMlp(pass, h);
            RowOperators.Add(result, h, Run(pass, attention));
            RowOperators.Add(result, result, Run(pass, mlp));
            return;
        }

        attention.Forward(pass, AttentionResult(pass));
        var middle = Middle(pass, h);
        pre2!.Forward(pass, middle, mlp.Input(pass));
        var y = MlpTarget(pass);
        mlp.Forward(pass, y);
        RowOperators.Add(result, middle, AfterMlp(pass, y));
    }

    /// <summary>Turns the gradient of the block's result into that of its input.</summary>
    /// <remarks>Normalised inputs are computed again instead of kept: that costs about a hundredth of the time and saves a tenth of the memory.</remarks>
    /// <param name="pass">The call.</param>
    /// <param name="dh">[N, D] fp32, changed in place.</param>
    /// <param name="needInput">Whether an earlier block trains, so that the input's gradient is wanted; else <paramref name="dh"/> is undefined afterwards.</param>
    public void Backward(PackedPass pass, Tensor dh, bool needInput)
    {
        var h = Restored(pass);
        var dy = pass.Work("branch.dy", Width);
        if (plan.Parallel)
        {
            RowOperators.Convert(dh, dy);
            pre1.Forward(pass, h, attention.Input(pass));
            FillParallelMlp(pass, h);
            var own = mlp.Backward(pass, dy, needInput);
            if (needInput)
            {
                (pre2 ?? pre1).Backward(pass, h, own!, dh, add: true);
            }

            if (attention.Backward(pass, dy, needInput) is { } dx)
            {
                pre1.Backward(pass, h, dx, dh, add: true);
            }

            return;
        }

        bool attentionTrains = needInput || attention.Linears.Any(linear => linear.Rank > 0);
        Denormalised(pass, post2, MlpResult, dh, dy);
        var middle = Middle(pass, h);
        pre2!.Forward(pass, middle, mlp.Input(pass));
        if (mlp.Backward(pass, dy, attentionTrains) is { } dMiddle)
        {
            pre2.Backward(pass, middle, dMiddle, dh, add: true);
        }

        if (attentionTrains)
        {
            Denormalised(pass, post1, AttentionResult, dh, dy);
            pre1.Forward(pass, h, attention.Input(pass));
            if (attention.Backward(pass, dy, needInput) is { } dInput)
            {
                pre1.Backward(pass, h, dInput, dh, add: true);
            }
        }
    }

    public void Dispose()
    {
        attention.Dispose();
        mlp.Dispose();
    }

    private Tensor Run(PackedPass pass, IBranch branch)
    {
        var y = branch.ResultIsFloat ? pass.WorkFloats("branch.floats", pass.Count, Width) : pass.Work("branch.y", Width);
        branch.Forward(pass, y);
        return y;
    }

    /// <summary>What attention gave, before its post-norm. Kept where training goes back, in the product type: half of the fp32 sum it belongs to.</summary>
    private Tensor AttentionResult(PackedPass pass) => pass.Kept("attention.y", index, Width);

    /// <summary>Residual stream between the branches, fp32, computed each time it is asked for.</summary>
    private Tensor Middle(PackedPass pass, Tensor h)
    {
        var y = AttentionResult(pass);
        if (post1 is not null)
        {
            var normalised = pass.Work("branch.norm", Width);
            post1.Forward(pass, y, normalised);
            y = normalised;
        }

        var middle = pass.WorkFloats("h.middle", pass.Count, Width);
        RowOperators.Add(middle, h, y);
        return middle;
    }

    private void FillParallelMlp(PackedPass pass, Tensor h)
    {
        var input = mlp.Input(pass);
        if (pre2 is not null)
        {
            pre2.Forward(pass, h, input);
            return;
        }

        using var same = attention.Input(pass).narrow(1, 0, Width);
        using var target = input.narrow(1, 0, Width);
        target.copy_(same);
    }

    /// <summary>What the mlp gave, before its post-norm, where it is needed again.</summary>
    private Tensor MlpResult(PackedPass pass) => pass.Kept("mlp.y", index, Width);

    private Tensor MlpTarget(PackedPass pass) => mlp.ResultIsFloat
        ? pass.WorkFloats("branch.floats", pass.Count, Width)
        : keepsMlp ? MlpResult(pass) : pass.Work("branch.y", Width);

    private Tensor AfterMlp(PackedPass pass, Tensor y)
    {
        if (post2 is null)
        {
            return y;
        }

        var original = MlpResult(pass);
        if (mlp.ResultIsFloat)
        {
            RowOperators.Convert(y, original);
        }

        var normalised = pass.Work("branch.norm", Width);
        post2.Forward(pass, original, normalised);
        return normalised;
    }

    /// <summary>The residual input as the forward call had it: kept, or added up again in the same order from the last one that was.</summary>
    private Tensor Restored(PackedPass pass)
    {
        if (keepsInput)
        {
            return Input(pass);
        }

        var middle = before!.Middle(pass, before.Restored(pass));
        var h = Input(pass);
        RowOperators.Add(h, middle, before.AfterMlp(pass, before.MlpResult(pass)));
        return h;
    }

    private static void Denormalised(PackedPass pass, Norm? norm, Func<PackedPass, Tensor> original, Tensor dh, Tensor dy)
    {
        if (norm is null)
        {
            RowOperators.Convert(dh, dy);
        }
        else
        {
            norm.Backward(pass, original(pass), dh, dy, add: false);
        }
    }
}
