namespace Assay.Data.Agreement;

/// <summary>One judgement.</summary>
/// <param name="Rater">Who judged.</param>
/// <param name="Item">What was judged; a rater judges an item at most once.</param>
/// <param name="Category">The judgement, by number. Categories have no order.</param>
public readonly record struct Rating(string Rater, string Item, int Category);
