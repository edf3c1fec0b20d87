using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine.Decode;

/// <summary>Cosines and sines of single positions; frequencies are made again only when the length that they depend on changes.</summary>
internal sealed class RopeFrequencies(RopePlan plan)
{
    private double[] frequencies = [];
    private int madeFor = -1;

    /// <summary>Rotated pairs of a head.</summary>
    public int Pairs => plan.Width / 2;

    /// <param name="position">Position of the token.</param>
    /// <param name="length">Longest position of the request plus 1.</param>
    /// <param name="cos">[pairs], receives cosines, magnitude included.</param>
    /// <param name="sin">[pairs], receives sines.</param>
    public void Fill(int position, int length, Span<float> cos, Span<float> sin)
    {
        if (madeFor < 0 || (plan.DependsOnLength && madeFor != length))
        {
            (frequencies, madeFor) = (plan.Frequencies(length), length);
        }

        for (int pair = 0; pair < cos.Length; pair++)
        {
            // The angle is the fp32 product of position and frequency, as the published code has it.
            double angle = (float)position * (float)frequencies[pair];
            cos[pair] = (float)(Math.Cos(angle) * plan.Magnitude);
            sin[pair] = (float)(Math.Sin(angle) * plan.Magnitude);
        }
    }
}
