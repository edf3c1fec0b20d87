using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>Cosines and sines of every position below a length.</summary>
internal sealed unsafe class PositionAngles : IDisposable
{
    private readonly Tensor cos;
    private readonly Tensor sin;

    /// <param name="plan">Frequencies.</param>
    /// <param name="length">Longest position of the call plus 1: the length that stretched frequencies depend on.</param>
    /// <param name="capacity">Positions to hold, at least <paramref name="length"/>.</param>
    public PositionAngles(RopePlan plan, int length, int capacity)
    {
        Length = plan.DependsOnLength ? length : capacity;
        int pairs = plan.Width / 2;
        cos = empty([capacity, pairs], ScalarType.Float32).DetachFromDisposeScope();
        sin = empty([capacity, pairs], ScalarType.Float32).DetachFromDisposeScope();
        Table = new RotaryAngles(RowOperators.Pointer<float>(cos), RowOperators.Pointer<float>(sin), pairs);
        Rotary.Fill(plan, length, capacity, Table);
    }

    /// <summary>Longest call these angles serve; the only one where the frequencies depend on it.</summary>
    public int Length { get; }

    /// <summary>As the kernels read it; valid until disposal.</summary>
    public RotaryAngles Table { get; }

    public void Dispose()
    {
        cos.Dispose();
        sin.Dispose();
    }
}
