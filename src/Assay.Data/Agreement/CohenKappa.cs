namespace Assay.Data.Agreement;

/// <summary>Agreement of two raters beyond what their habits alone would give: 1 is full agreement, 0 what chance gives, below 0 less than chance.</summary>
/// <remarks>Cohen 1960, "A coefficient of agreement for nominal scales".</remarks>
public static class CohenKappa
{
    /// <summary>(observed − expected) / (1 − expected) over the items that both judged.</summary>
    /// <param name="pairs">The two judgements of each item.</param>
    /// <returns>Null where it says nothing: no item, or both used one and the same category throughout.</returns>
    public static double? Of(IReadOnlyCollection<(int First, int Second)> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        double count = pairs.Count;
        var first = pairs.CountBy(pair => pair.First).ToDictionary();
        var second = pairs.CountBy(pair => pair.Second).ToDictionary();
        var observed = pairs.Count(pair => pair.First == pair.Second) / count;
        var expected = first.Sum(category => category.Value / count * (second.GetValueOrDefault(category.Key) / count));
        return pairs.Count == 0 || (first.Count == 1 && second.Count == 1 && first.Keys.Single() == second.Keys.Single()) ? null : (observed - expected) / (1 - expected);
    }

    /// <summary>The plain mean of kappa over all pairs of raters who judged at least <paramref name="least"/> items in common and whose kappa says something.</summary>
    /// <param name="ratings">At most one per rater and item.</param>
    /// <param name="least">Common items below which a pair is left out, 1 or more.</param>
    /// <param name="rater">Only pairs with this rater; null: all.</param>
    /// <returns>The mean and how many pairs it is over; null for the mean when there is none.</returns>
    public static (double? Mean, int Pairs) Pairwise(IEnumerable<Rating> ratings, int least, string? rater = null)
    {
        ArgumentNullException.ThrowIfNull(ratings);
        ArgumentOutOfRangeException.ThrowIfLessThan(least, 1);
        var raters = ratings.GroupBy(rating => rating.Rater).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, Items: group.ToDictionary(rating => rating.Item, rating => rating.Category))).ToList();
        var kappas = new List<double>();
        for (var one = 0; one < raters.Count; one++)
        {
            for (var other = one + 1; other < raters.Count; other++)
            {
                if (rater is not null && raters[one].Key != rater && raters[other].Key != rater)
                {
                    continue;
                }

                var second = raters[other].Items;
                var common = raters[one].Items.Where(item => second.ContainsKey(item.Key)).Select(item => (item.Value, second[item.Key])).ToList();
                if (common.Count >= least && Of(common) is { } kappa)
                {
                    kappas.Add(kappa);
                }
            }
        }

        return (kappas.Count == 0 ? null : kappas.Average(), kappas.Count);
    }
}
