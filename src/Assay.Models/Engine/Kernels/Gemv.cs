namespace Assay.Models.Engine.Kernels;

/// <summary>Products of few input rows with a weight matrix: y[r, o] = Σₖ w[o, k] · x[r, k].</summary>
/// <remarks>
/// Each weight is read from memory once for all input rows, one weight row after the other.
/// An output depends on its own input row and weight row only: not on how many rows share the pass, nor on who computes which range.
/// </remarks>
internal static unsafe class Gemv
{
    /// <summary>Writes an input row in the order in which the kernels meet a format's weights.</summary>
    /// <param name="format">bf16 and NF4 want, in each whole 32 elements, those with even index first; the others want no change.</param>
    /// <param name="source">K floats.</param>
    /// <param name="inputs">K.</param>
    /// <param name="target">K floats, another place.</param>
    public static void Arrange(WeightFormat format, float* source, int inputs, float* target)
    {
        if (!IsArranged(format))
        {
            new ReadOnlySpan<float>(source, inputs).CopyTo(new Span<float>(target, inputs));
            return;
        }

        int whole = inputs & ~31;
        for (int first = 0; first < whole; first += 32)
        {
            for (int pair = 0; pair < 16; pair++)
            {
                target[first + pair] = source[first + (2 * pair)];
                target[first + 16 + pair] = source[first + (2 * pair) + 1];
            }
        }

        for (int index = whole; index < inputs; index++)
        {
            target[index] = source[index];
        }
    }

    /// <summary>Whether <see cref="Arrange"/> changes the order for this format.</summary>
    public static bool IsArranged(WeightFormat format) => format is WeightFormat.Bf16 or WeightFormat.Nf4;

    /// <summary>Computes outputs [first, end) of every input row.</summary>
    /// <param name="weights">The matrix.</param>
    /// <param name="first">First output.</param>
    /// <param name="end">Past the last output.</param>
    /// <param name="batch">Inputs and outputs.</param>
    public static void Run(in WeightRows weights, int first, int end, in GemvBatch batch)
    {
        switch (KernelSet.Current)
        {
            case InstructionSet.Avx512:
                Run<Lanes512>(weights, first, end, batch);
                break;
            case InstructionSet.Avx2:
                Run<Lanes256>(weights, first, end, batch);
                break;
            default:
                Run<ScalarLanes>(weights, first, end, batch);
                break;
        }
    }

    private static void Run<TLanes>(in WeightRows weights, int first, int end, in GemvBatch batch)
        where TLanes : unmanaged, IGemvLanes<TLanes>
    {
        switch (weights.Format)
        {
            case WeightFormat.Fp32:
                GemvRows<TLanes, GemvFormats.OfFp32>.Run(weights, first, end, batch);
                break;
            case WeightFormat.Bf16:
                GemvRows<TLanes, GemvFormats.OfBf16>.Run(weights, first, end, batch);
                break;
            case WeightFormat.Int8:
                GemvRows<TLanes, GemvFormats.OfInt8>.Run(weights, first, end, batch);
                break;
            default:
                GemvRows<TLanes, GemvFormats.OfNf4>.Run(weights, first, end, batch);
                break;
        }
    }
}
