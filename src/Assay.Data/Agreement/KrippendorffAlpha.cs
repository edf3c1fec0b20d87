namespace Assay.Data.Agreement;

/// <summary>Agreement of any number of raters, each of whom may have judged only some of the items: 1 is full agreement, 0 what chance gives.</summary>
/// <remarks>Krippendorff 2011, "Computing Krippendorff's alpha-reliability", for categories without order.</remarks>
public static class KrippendorffAlpha
{
    /// <summary>1 − observed disagreement / expected disagreement, over the items that two or more raters judged.</summary>
    /// <param name="ratings">At most one per rater and item.</param>
    /// <returns>Null where it says nothing: no item with two judgements, or one and the same category throughout.</returns>
    public static double? Nominal(IEnumerable<Rating> ratings)
    {
        ArgumentNullException.ThrowIfNull(ratings);
        double values = 0, matches = 0; // pairable values, and the diagonal of the coincidence matrix
        var totals = new Dictionary<int, double>();
        foreach (var item in ratings.GroupBy(rating => rating.Item, rating => rating.Category))
        {
            var counts = item.CountBy(category => category).ToList();
            var judged = counts.Sum(category => category.Value);
            if (judged < 2)
            {
                continue;
            }

            values += judged;
            matches += counts.Sum(category => category.Value * (category.Value - 1.0) / (judged - 1));
            foreach (var (category, count) in counts)
            {
                totals[category] = totals.GetValueOrDefault(category) + count;
            }
        }

        return totals.Count < 2 ? null : 1 - ((values - 1) * (values - matches) / ((values * values) - totals.Values.Sum(total => total * total)));
    }
}
