namespace Assay.Models.Training;

/// <summary>Which sequences of an optimiser step share a forward call.</summary>
public static class StepPacking
{
    /// <summary>Tokens of a bin unless a sequence is longer: larger bins cost memory and gain little.</summary>
    public const int UsualBinTokens = 1024;

    /// <summary>The fewest bins of at most <paramref name="binTokens"/> tokens that a longest-first, least-filled-first placement finds, balanced.</summary>
    /// <param name="lengths">Tokens of each sequence, 1 or more each.</param>
    /// <param name="binTokens">Wanted bound; a longer sequence raises it to its own length.</param>
    /// <returns>Bins of sequence numbers, each ascending; the same for the same lengths whatever the machine does.</returns>
    public static IReadOnlyList<IReadOnlyList<int>> Bins(IReadOnlyList<int> lengths, int binTokens = UsualBinTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(binTokens, 1);
        int bound = Math.Max(binTokens, lengths.Max());
        for (int count = (lengths.Sum() + bound - 1) / bound; ; count++)
        {
            if (Place(lengths, count, bound) is { } bins)
            {
                return bins;
            }
        }
    }

    private static List<int>[]? Place(IReadOnlyList<int> lengths, int count, int bound)
    {
        int[] filled = new int[count];
        List<int>[] bins = [.. Enumerable.Range(0, count).Select(_ => new List<int>())];
        foreach (int sequence in Enumerable.Range(0, lengths.Count).OrderByDescending(index => lengths[index]))
        {
            int least = Array.IndexOf(filled, filled.Min());
            filled[least] += lengths[sequence];
            if (filled[least] > bound)
            {
                return null;
            }

            bins[least].Add(sequence);
        }

        foreach (var bin in bins)
        {
            bin.Sort();
        }

        return bins;
    }
}
