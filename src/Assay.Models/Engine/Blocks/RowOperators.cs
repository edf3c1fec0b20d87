using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>The row kernels on tensors: each row of a tensor is one kernel row, and the tensor's type (fp32 or bf16) chooses the variant. All sums are fp32.</summary>
/// <remarks>A tensor's rows may lie apart (narrowed columns), but a row's elements are adjacent. Where a width is not given, it is that of the first tensor.</remarks>
internal static unsafe class RowOperators
{
    /// <summary>y += bias, [N, O] and fp32 [O].</summary>
    public static void AddBias(Tensor y, Tensor bias)
    {
        if (IsBf16(y))
        {
            RowArithmetic.AddBias(Rows<Bf16>(y), Pointer<Fp32>(bias), Size(y));
        }
        else
        {
            RowArithmetic.AddBias(Rows<Fp32>(y), Pointer<Fp32>(bias), Size(y));
        }
    }

    /// <summary>result = left + right: fp32, fp32, and the branch's type. The result may be the left one.</summary>
    public static void Add(Tensor result, Tensor left, Tensor right)
    {
        if (IsBf16(right))
        {
            ResidualSum.Run(Rows<Fp32>(left), Rows<Bf16>(right), Rows<Fp32>(result), Size(left));
        }
        else
        {
            ResidualSum.Run(Rows<Fp32>(left), Rows<Fp32>(right), Rows<Fp32>(result), Size(left));
        }
    }

    /// <summary>y = x in y's type, over x's width.</summary>
    public static void Convert(Tensor x, Tensor y)
    {
        switch (IsBf16(x), IsBf16(y))
        {
            case (false, false):
                RowArithmetic.Convert(Rows<Fp32>(x), Rows<Fp32>(y), Size(x));
                break;
            case (false, true):
                RowArithmetic.Convert(Rows<Fp32>(x), Rows<Bf16>(y), Size(x));
                break;
            case (true, false):
                RowArithmetic.Convert(Rows<Bf16>(x), Rows<Fp32>(y), Size(x));
                break;
            default:
                RowArithmetic.Convert(Rows<Bf16>(x), Rows<Bf16>(y), Size(x));
                break;
        }
    }

    /// <summary>y_i = factor · table[index_i].</summary>
    public static void Gather(Tensor table, ReadOnlySpan<int> index, Tensor y, double factor = 1)
    {
        var size = new RowSize(index.Length, (int)table.shape[1]);
        fixed (int* places = index)
        {
            switch (IsBf16(table), IsBf16(y))
            {
                case (true, false):
                    RowGather.Gather(Rows<Bf16>(table), places, Rows<Fp32>(y), size, (float)factor);
                    break;
                case (false, false):
                    RowGather.Gather(Rows<Fp32>(table), places, Rows<Fp32>(y), size, (float)factor);
                    break;
                case (true, true):
                    RowGather.Gather(Rows<Bf16>(table), places, Rows<Bf16>(y), size, (float)factor);
                    break;
                default:
                    RowGather.Gather(Rows<Fp32>(table), places, Rows<Bf16>(y), size, (float)factor);
                    break;
            }
        }
    }

    /// <summary>sums[index_i] += factors_i · x_i, over the width of the sums.</summary>
    /// <param name="sums">[entries, width], fp32.</param>
    /// <param name="index">[rows].</param>
    /// <param name="x">[rows, ≥ width].</param>
    /// <param name="factors">[rows], or empty for 1.</param>
    public static void ScatterAdd(Tensor sums, ReadOnlySpan<int> index, Tensor x, ReadOnlySpan<float> factors)
    {
        var size = new RowSize(index.Length, (int)sums.size(1));
        fixed (int* places = index)
        fixed (float* weights = factors)
        {
            if (IsBf16(x))
            {
                RowGather.ScatterAdd(Rows<Fp32>(sums), places, Rows<Bf16>(x), weights, size);
            }
            else
            {
                RowGather.ScatterAdd(Rows<Fp32>(sums), places, Rows<Fp32>(x), weights, size);
            }
        }
    }

    /// <summary>results_i = ⟨x_i, y_i⟩ over x's width.</summary>
    public static void Dot(Tensor x, Tensor y, Span<float> results)
    {
        fixed (float* sums = results)
        {
            if (IsBf16(x))
            {
                RowArithmetic.Dot(Rows<Bf16>(x), Rows<Bf16>(y), sums, Size(x));
            }
            else
            {
                RowArithmetic.Dot(Rows<Fp32>(x), Rows<Fp32>(y), sums, Size(x));
            }
        }
    }

    /// <summary>x_i *= factors_i.</summary>
    public static void ScaleEach(Tensor x, ReadOnlySpan<float> factors)
    {
        fixed (float* weights = factors)
        {
            if (IsBf16(x))
            {
                RowArithmetic.ScaleEach(Rows<Bf16>(x), weights, Size(x));
            }
            else
            {
                RowArithmetic.ScaleEach(Rows<Fp32>(x), weights, Size(x));
            }
        }
    }

    /// <summary>Turns <paramref name="heads"/> heads of <paramref name="width"/> columns each, in place.</summary>
    /// <param name="x">[N, columns]; the first rotated dimension of the first head is column 0.</param>
    /// <param name="heads">Heads.</param>
    /// <param name="width">Columns from a head to the next.</param>
    /// <param name="angles">By position.</param>
    /// <param name="positions">[N].</param>
    /// <param name="back">Turn back, which is the gradient.</param>
    public static void Rotate(Tensor x, int heads, int width, PositionAngles angles, int[] positions, bool back)
    {
        fixed (int* places = positions)
        {
            var size = new RowSize(heads, width);
            if (IsBf16(x))
            {
                Rotary.Apply(Rows<Bf16>(x), size, places, angles.Table, back ? -1 : 1, positions.Length);
            }
            else
            {
                Rotary.Apply(Rows<Fp32>(x), size, places, angles.Table, back ? -1 : 1, positions.Length);
            }
        }
    }

    /// <summary>y = act(gate) ⊙ up from [gate | up].</summary>
    public static void GatedForward(Activation act, Tensor gateUp, Tensor y)
    {
        var size = Half(gateUp);
        if (IsBf16(gateUp))
        {
            GatedActivation.Forward(act, Rows<Bf16>(gateUp), Rows<Bf16>(y), size);
        }
        else
        {
            GatedActivation.Forward(act, Rows<Fp32>(gateUp), Rows<Fp32>(y), size);
        }
    }

    /// <summary>[gate | up] becomes its gradient, and y what the forward call made.</summary>
    public static void GatedBackward(Activation act, Tensor gateUp, Tensor dy, Tensor y)
    {
        var size = Half(gateUp);
        if (IsBf16(gateUp))
        {
            GatedActivation.Backward(act, Rows<Bf16>(gateUp), Rows<Bf16>(dy), Rows<Bf16>(y), size);
        }
        else
        {
            GatedActivation.Backward(act, Rows<Fp32>(gateUp), Rows<Fp32>(dy), Rows<Fp32>(y), size);
        }
    }

    /// <summary>y = act(x).</summary>
    public static void PlainForward(Activation act, Tensor x, Tensor y)
    {
        if (IsBf16(x))
        {
            PlainActivation.Forward(act, Rows<Bf16>(x), Rows<Bf16>(y), Size(x));
        }
        else
        {
            PlainActivation.Forward(act, Rows<Fp32>(x), Rows<Fp32>(y), Size(x));
        }
    }

    /// <summary>x becomes its gradient, and y what the forward call made.</summary>
    public static void PlainBackward(Activation act, Tensor x, Tensor dy, Tensor y)
    {
        if (IsBf16(x))
        {
            PlainActivation.Backward(act, Rows<Bf16>(x), Rows<Bf16>(dy), Rows<Bf16>(y), Size(x));
        }
        else
        {
            PlainActivation.Backward(act, Rows<Fp32>(x), Rows<Fp32>(dy), Rows<Fp32>(y), Size(x));
        }
    }

    /// <summary>Losses of rows; with a factor the logits become (softmax − onehot) · factor, else they stay.</summary>
    /// <param name="logits">[rows, V], not yet capped.</param>
    /// <param name="targets">[rows].</param>
    /// <param name="losses">[rows], nats.</param>
    /// <param name="factor">Factor on the gradient, or null for none.</param>
    /// <param name="softCap">Cap of the logits, or null.</param>
    public static void CrossEntropy(Tensor logits, ReadOnlySpan<int> targets, Span<double> losses, double? factor, double? softCap)
    {
        if (IsBf16(logits))
        {
            Entropy(Rows<Bf16>(logits), Size(logits), targets, losses, factor, softCap);
        }
        else
        {
            Entropy(Rows<Fp32>(logits), Size(logits), targets, losses, factor, softCap);
        }
    }

    /// <summary>The rows of a tensor.</summary>
    public static Rows<T> Rows<T>(Tensor tensor)
        where T : unmanaged => new(Pointer<T>(tensor), tensor.stride(0));

    /// <summary>The first element of a tensor.</summary>
    public static T* Pointer<T>(Tensor tensor)
        where T : unmanaged => (T*)AotiTorch.Pointer(tensor);

    /// <summary>Rows and columns of a tensor.</summary>
    public static RowSize Size(Tensor tensor) => new((int)tensor.size(0), (int)tensor.size(1));

    /// <summary>Whether elements are bf16 rather than fp32.</summary>
    public static bool IsBf16(Tensor tensor) => tensor.dtype is ScalarType.BFloat16;

    private static void Entropy<T>(Rows<T> logits, RowSize size, ReadOnlySpan<int> targets, Span<double> losses, double? factor, double? softCap)
        where T : unmanaged, IElement<T>
    {
        fixed (int* labels = targets)
        fixed (double* results = losses)
        {
            if (factor is { } scale)
            {
                Kernels.CrossEntropy.InPlace(logits, labels, results, size, (float)scale, (float?)softCap);
            }
            else
            {
                Kernels.CrossEntropy.Losses(logits, labels, results, size, (float?)softCap);
            }
        }
    }

    private static RowSize Half(Tensor gateUp) => new((int)gateUp.size(0), (int)gateUp.size(1) / 2);
}
