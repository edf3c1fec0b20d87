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
    private const int LongestContext = 1 << 27;

    /// <summary>D of the frequencies θ^(−2j/D); Width, or one less where a family rotates an odd width and the last pair reaches beyond it.</summary>
    public int FrequencyWidth { get; init; } = Width;

    /// <summary>Factor on all cosines and sines.</summary>
    public double Magnitude { get; init; } = 1;

    /// <summary>Factor on the scores of latent attention, where the position rule has one (DeepSeek-V2 and V3 under yarn).</summary>
    public double ScoreMagnitude { get; init; } = 1;

    /// <summary>Yarn only: pairs that turn more often than this within P0 keep their frequency.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>Yarn only: pairs that turn less often than this within P0 are divided by f.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>Yarn only: whether the ramp begins and ends at whole pairs.</summary>
    public bool WholePairs { get; init; } = true;

    /// <summary>LongRope only: divisors of the Width/2 frequencies in calls up to P0.</summary>
    public IReadOnlyList<double> ShortFactors { get; init; } = [];

    /// <summary>LongRope only: divisors of the Width/2 frequencies in calls longer than P0.</summary>
    public IReadOnlyList<double> LongFactors { get; init; } = [];

    /// <summary>Whether the frequencies depend on the length of the whole forward call.</summary>
    public bool DependsOnLength => LongestUnchanged is not null;

    /// <summary>Length up to which all calls have the same frequencies, or null when all lengths do. Keys cached below it are stale beyond it.</summary>
    public int? LongestUnchanged => Kind switch
    {
        RopeKind.Dynamic => MaxPositions,
        RopeKind.LongRope => OriginalPositions,
        _ => null,
    };

    /// <summary>Longest context in tokens that the rule is meant for.</summary>
    public int Context => Kind switch
    {
        RopeKind.Yarn => (int)Math.Clamp(Factor * OriginalPositions, MaxPositions, Math.Max(MaxPositions, LongestContext)),
        RopeKind.Dynamic => (int)Math.Min(Factor * MaxPositions, LongestContext),
        _ => MaxPositions,
    };

    /// <summary>Angular frequency of each of the Width/2 pairs.</summary>
    /// <param name="length">Longest position of the forward call, plus 1.</param>
    public double[] Frequencies(int length)
    {
        double theta = Theta;
        if (Kind is RopeKind.Dynamic && length > MaxPositions)
        {
            theta *= Math.Pow((Factor * length / MaxPositions) - (Factor - 1), FrequencyWidth / (FrequencyWidth - 2.0));
        }

        var divisors = length > OriginalPositions ? LongFactors : ShortFactors;
        double[] frequencies = new double[Width / 2];
        for (int pair = 0; pair < frequencies.Length; pair++)
        {
            double plain = Math.Pow(theta, -2.0 * pair / FrequencyWidth);
            frequencies[pair] = Kind switch
            {
                RopeKind.Linear => plain / Factor,
                RopeKind.Llama3 => Mix(plain, DividedByWavelength(plain)),
                RopeKind.Yarn => Mix(plain, DividedByPair(pair)),
                RopeKind.LongRope => plain / divisors[pair],
                _ => plain,
            };
        }

        return frequencies;
    }

    /// <param name="plain">The unstretched frequency.</param>
    /// <param name="divided">0 keeps it, 1 divides it by f.</param>
    private double Mix(double plain, double divided) => (divided * plain / Factor) + ((1 - divided) * plain);

    private double DividedByWavelength(double plain)
    {
        double wavelength = 2 * Math.PI / plain;
        return wavelength > OriginalPositions / LowFrequency ? 1
            : wavelength < OriginalPositions / HighFrequency ? 0
            : 1 - (((OriginalPositions / wavelength) - LowFrequency) / (HighFrequency - LowFrequency));
    }

    private double DividedByPair(int pair)
    {
        double low = PairThatTurns(BetaFast);
        double high = PairThatTurns(BetaSlow);
        low = Math.Max(WholePairs ? Math.Floor(low) : low, 0);
        high = Math.Min(WholePairs ? Math.Ceiling(high) : high, FrequencyWidth - 1);
        return Math.Clamp((pair - low) / (high == low ? 0.001 : high - low), 0, 1);
    }

    /// <summary>The pair, as a real number, that turns so often within P0.</summary>
    private double PairThatTurns(double turns) => FrequencyWidth * Math.Log(OriginalPositions / (turns * 2 * Math.PI)) / (2 * Math.Log(Theta));
}
