using Assay.Models.Engine.Native;

namespace Assay.Models.Engine.Kernels;

/// <summary>Quantised matrices as bf16, for products with many rows.</summary>
internal static unsafe class GemvWiden
{
    private const int Grain = 16;

    /// <summary>Writes the weights in bf16, rounded once.</summary>
    /// <param name="weights">An int8 or NF4 matrix.</param>
    /// <param name="target">[Rows, Inputs].</param>
    public static void ToBf16(WeightRows weights, ushort* target)
    {
        if (weights.Format is WeightFormat.Nf4)
        {
            fixed (float* levels = Nf4Levels.Values)
            {
                Nf4Dequantise.Run<Fp32, Bf16>((byte*)weights.Data, levels, (float*)weights.Scales, null, new Rows<Bf16>((Bf16*)target, weights.Inputs), new RowSize(weights.Rows, weights.Inputs));
            }

            return;
        }

        var set = KernelSet.Current;
        ParallelFor.Run(weights.Rows, Grain, (first, end) =>
        {
            switch (set)
            {
                case InstructionSet.Avx512:
                    Int8<Lanes512>(weights, target, first, end);
                    break;
                case InstructionSet.Avx2:
                    Int8<Lanes256>(weights, target, first, end);
                    break;
                default:
                    Int8<ScalarLanes>(weights, target, first, end);
                    break;
            }
        });
    }

    private static void Int8<TLanes>(in WeightRows weights, ushort* target, int first, int end)
        where TLanes : unmanaged, IGemvLanes<TLanes>
    {
        int width = weights.Inputs;
        int whole = Lanes.Whole(width);
        for (int row = first; row < end; row++)
        {
            sbyte* source = (sbyte*)weights.Data + ((long)row * width);
            ushort* place = target + ((long)row * width);
            float factor = ((float*)weights.Scales)[row];
            var scale = TLanes.Create(factor);
            for (int at = 0; at < whole; at += Lanes.Count)
            {
                TLanes.StoreBf16(place + at, TLanes.LoadInt8(source + at) * scale);
            }

            for (int at = whole; at < width; at++)
            {
                place[at] = Bf16.Round(source[at] * factor);
            }
        }
    }
}
