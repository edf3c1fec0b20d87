namespace Assay.Server.Gates;

/// <summary>Percentile bootstrap of a mean of paired differences (Efron 1979): pure, from a seed.</summary>
internal static class PairedBootstrap
{
    private const int Resamples = 10_000;

    /// <summary>The mean, and the 2.5th and 97.5th percentile of the means of 10,000 resamples.</summary>
    public static (double Mean, double Low, double High) Of(IReadOnlyList<double> differences, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfZero(differences.Count);
        var chance = new Chance(seed);
        var means = new double[Resamples];
        for (var i = 0; i < Resamples; i++)
        {
            double sum = 0;
            for (var j = 0; j < differences.Count; j++)
            {
                sum += differences[chance.Next(0, differences.Count)];
            }

            means[i] = sum / differences.Count;
        }

        Array.Sort(means);
        return (differences.Average(), means[(int)(Resamples * 0.025)], means[(int)(Resamples * 0.975)]);
    }
}
