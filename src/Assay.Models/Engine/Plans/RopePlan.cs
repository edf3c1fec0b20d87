namespace Assay.Models.Engine.Plans;

/// <summary>Rotary positions with half-split pairs (j, j + Width/2).</summary>
/// <param name="Kind">Stretching rule.</param>
/// <param name="Width">Rotated width D of a head, even.</param>
/// <param name="Theta">Base θ.</param>
/// <param name="MaxPositions">P, <c>max_position_embeddings</c>.</param>
/// <param name="Factor">f; 1 when the kind has none.</param>
/// <param name="LowFrequency">Llama3 only.</param>
/// <param name="HighFrequency">Llama3 only.</param>
/// <param name="OriginalPositions">P0: context of the original training.</param>
/// <remarks>Su et al. 2021, arXiv:2104.09864; the stretching rules as the published model code has them.</remarks>
public sealed record RopePlan(
    RopeKind Kind,
    int Width,
    double Theta,
    int MaxPositions,
    double Factor,
    double LowFrequency,
    double HighFrequency,
    int OriginalPositions)
{
    /// <summary>Whether the frequencies depend on the length of the whole forward call.</summary>
    public bool DependsOnLength => Kind is RopeKind.Dynamic;

    /// <summary>Factor on all cosines and sines.</summary>
    public double Magnitude { get; init; } = 1;

    /// <summary>Angular frequency of each of the Width/2 pairs.</summary>
    /// <param name="length">Longest position of the forward call, plus 1.</param>
    public double[] Frequencies(int length)
    {
        double theta = Theta;
        if (Kind is RopeKind.Dynamic && length > MaxPositions)
        {
            theta *= Math.Pow((Factor * length / MaxPositions) - (Factor - 1), Width / (Width - 2.0));
        }

        double[] frequencies = new double[Width / 2];
        for (int pair = 0; pair < frequencies.Length; pair++)
        {
            double plain = Math.Pow(theta, -2.0 * pair / Width);
            frequencies[pair] = Kind switch
            {
                RopeKind.Linear => plain / Factor,
                RopeKind.Llama3 => Ramp(plain),
                _ => plain,
            };
        }

        return frequencies;
    }

    private double Ramp(double plain)
    {
        double wavelength = 2 * Math.PI / plain;
        if (wavelength > OriginalPositions / LowFrequency)
        {
            return plain / Factor;
        }

        if (wavelength < OriginalPositions / HighFrequency)
        {
            return plain;
        }

        double kept = ((OriginalPositions / wavelength) - LowFrequency) / (HighFrequency - LowFrequency);
        return ((1 - kept) * plain / Factor) + (kept * plain);
    }
}
