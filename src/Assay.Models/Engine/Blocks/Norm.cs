using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>A frozen norm over rows, with what its backward call needs.</summary>
/// <param name="weights">Base.</param>
/// <param name="plan">Formula and names; for 1 + w the weights already have the 1 added.</param>
/// <param name="role">Name of its buffers.</param>
/// <param name="block">Block index.</param>
internal sealed unsafe class Norm(FrozenWeights weights, NormPlan plan, string role, int block)
{
    private readonly Tensor weight = weights.Tensor($"{plan.Name}.weight");
    private readonly Tensor? bias = plan.Kind is NormKind.Layer ? weights.Tensor($"{plan.Name}.bias") : null;

    /// <summary>Elements of a row.</summary>
    public int Width => plan.Width;

    /// <param name="pass">The call.</param>
    /// <param name="x">[rows, width], fp32 or operand.</param>
    /// <param name="y">[rows, ≥ width]; the first columns are written.</param>
    public void Forward(PackedPass pass, Tensor x, Tensor y)
    {
        switch (RowOperators.IsBf16(x), RowOperators.IsBf16(y))
        {
            case (false, false):
                Forward(pass, RowOperators.Rows<Fp32>(x), RowOperators.Rows<Fp32>(y), (int)x.size(0));
                break;
            case (false, true):
                Forward(pass, RowOperators.Rows<Fp32>(x), RowOperators.Rows<Bf16>(y), (int)x.size(0));
                break;
            case (true, true):
                Forward(pass, RowOperators.Rows<Bf16>(x), RowOperators.Rows<Bf16>(y), (int)x.size(0));
                break;
            default:
                throw new ArgumentException("No norm turns bf16 rows into fp32 ones.", nameof(y));
        }
    }

    /// <summary>The same on rows that need not be a tensor's, such as the heads of a token.</summary>
    public void Forward<TX, TY>(PackedPass pass, Rows<TX> x, Rows<TY> y, int rows)
        where TX : unmanaged, IElement<TX>
        where TY : unmanaged, IElement<TY>
    {
        var size = new RowSize(rows, plan.Width);
        float* statistics = Statistics(pass, rows);
        if (plan.Kind is NormKind.Layer)
        {
            LayerNorm.Forward(x, RowOperators.Pointer<float>(weight), RowOperators.Pointer<float>(bias!), y, statistics, size, (float)plan.Epsilon);
        }
        else
        {
            RmsNorm.Forward(x, new NormWeight(RowOperators.Pointer<float>(weight)), y, statistics, size, (float)plan.Epsilon);
        }
    }

    /// <param name="pass">The call.</param>
    /// <param name="x">As in the forward call.</param>
    /// <param name="dy">[rows, ≥ width], fp32 or operand.</param>
    /// <param name="dx">[rows, width], fp32 or operand.</param>
    /// <param name="add">Add to <paramref name="dx"/> instead of replacing it.</param>
    public void Backward(PackedPass pass, Tensor x, Tensor dy, Tensor dx, bool add)
    {
        int rows = (int)x.size(0);
        switch (RowOperators.IsBf16(x), RowOperators.IsBf16(dy), RowOperators.IsBf16(dx))
        {
            case (false, false, false):
                Backward(pass, RowOperators.Rows<Fp32>(x), RowOperators.Rows<Fp32>(dy), RowOperators.Rows<Fp32>(dx), rows, add);
                break;
            case (false, true, false):
                Backward(pass, RowOperators.Rows<Fp32>(x), RowOperators.Rows<Bf16>(dy), RowOperators.Rows<Fp32>(dx), rows, add);
                break;
            case (true, false, true):
                Backward(pass, RowOperators.Rows<Bf16>(x), RowOperators.Rows<Fp32>(dy), RowOperators.Rows<Bf16>(dx), rows, add);
                break;
            case (true, true, true):
                Backward(pass, RowOperators.Rows<Bf16>(x), RowOperators.Rows<Bf16>(dy), RowOperators.Rows<Bf16>(dx), rows, add);
                break;
            default:
                throw new ArgumentException("A norm's gradient has the type of its input.", nameof(dx));
        }
    }

    /// <summary>The same on rows that need not be a tensor's.</summary>
    public void Backward<TX, TG, TD>(PackedPass pass, Rows<TX> x, Rows<TG> dy, Rows<TD> dx, int rows, bool add)
        where TX : unmanaged, IElement<TX>
        where TG : unmanaged, IElement<TG>
        where TD : unmanaged, IElement<TD>
    {
        var size = new RowSize(rows, plan.Width);
        float* statistics = Statistics(pass, rows);
        if (plan.Kind is NormKind.Layer)
        {
            LayerNorm.Backward(x, RowOperators.Pointer<float>(weight), statistics, dy, dx, size, add);
        }
        else
        {
            RmsNorm.Backward(x, new NormWeight(RowOperators.Pointer<float>(weight)), statistics, dy, dx, size, add);
        }
    }

    /// <summary>1/rms, or mean and 1/σ, of each row.</summary>
    private float* Statistics(PackedPass pass, int rows) =>
        RowOperators.Pointer<float>(pass.KeptFloats($"{role}.stats", block, rows, plan.Kind is NormKind.Layer ? 2 : 1));
}
