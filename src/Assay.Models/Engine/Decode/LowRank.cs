using System.Runtime.CompilerServices;
using Assay.Models.Engine.Kernels;

namespace Assay.Models.Engine.Decode;

/// <summary>The output side of a low-rank update: y[o] += Σⱼ u[j] · b[j, o].</summary>
internal static unsafe class LowRank
{
    /// <param name="b">[rank, outputs], scaled.</param>
    /// <param name="outputs">Floats from one row of <paramref name="b"/> to the next.</param>
    /// <param name="u">[rank].</param>
    /// <param name="rank">R.</param>
    /// <param name="y">Element 0 of the outputs.</param>
    /// <param name="range">Outputs to update.</param>
    public static void Add(float* b, int outputs, float* u, int rank, float* y, (int First, int End) range)
    {
        switch (KernelSet.Current)
        {
            case InstructionSet.Avx512:
                Add<Lanes512>(b, outputs, u, rank, y, range);
                break;
            case InstructionSet.Avx2:
                Add<Lanes256>(b, outputs, u, rank, y, range);
                break;
            default:
                Add<ScalarLanes>(b, outputs, u, rank, y, range);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<TLanes>(float* b, int outputs, float* u, int rank, float* y, (int First, int End) range)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int at = range.First; at < range.End; at += Lanes.Count)
        {
            int count = Math.Min(Lanes.Count, range.End - at);
            TLanes sum = default;
            for (int index = 0; index < rank; index++)
            {
                sum = TLanes.MultiplyAdd(TLanes.LoadPart(b + ((long)index * outputs) + at, count), TLanes.Create(u[index]), sum);
            }

            TLanes.StorePart(y + at, TLanes.LoadPart(y + at, count) + sum, count);
        }
    }
}
