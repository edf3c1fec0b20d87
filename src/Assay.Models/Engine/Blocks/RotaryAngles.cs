using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>Cosines and sines of every position below a length, fp32 [positions, rotary/2].</summary>
internal sealed class RotaryAngles : IDisposable
{
    /// <param name="plan">Frequencies.</param>
    /// <param name="length">Longest position of the call plus 1: the length that stretched frequencies depend on.</param>
    /// <param name="capacity">Positions to hold, at least <paramref name="length"/>.</param>
    public RotaryAngles(RopePlan plan, int length, int capacity)
    {
        Length = plan.DependsOnLength ? length : capacity;
        double[] frequencies = plan.Frequencies(length);
        float[] cosines = new float[capacity * frequencies.Length];
        float[] sines = new float[cosines.Length];
        for (int index = 0; index < cosines.Length; index++)
        {
            // The product is rounded to fp32 as in the published model code; only then is the angle exact.
            float angle = index / frequencies.Length * (float)frequencies[index % frequencies.Length];
            cosines[index] = (float)(Math.Cos(angle) * plan.Magnitude);
            sines[index] = (float)(Math.Sin(angle) * plan.Magnitude);
        }

        Cos = tensor(cosines, capacity, frequencies.Length).DetachFromDisposeScope();
        Sin = tensor(sines, capacity, frequencies.Length).DetachFromDisposeScope();
    }

    /// <summary>Longest call these angles serve; the only one where the frequencies depend on it.</summary>
    public int Length { get; }

    /// <summary>[positions, rotary/2].</summary>
    public Tensor Cos { get; }

    /// <summary>[positions, rotary/2].</summary>
    public Tensor Sin { get; }

    public void Dispose()
    {
        Cos.Dispose();
        Sin.Dispose();
    }
}
