namespace Assay.Models.Families;

/// <summary>What has been shown about a family: two separate facts, neither of which implies the other.</summary>
/// <param name="Goldens">
/// Model folders with results of the reference implementation that the family reproduces; a test holds every one to it. Empty: the family follows the
/// published code, but no recorded result covers it.
/// </param>
public sealed record FamilyBadge(IReadOnlyList<string> Goldens)
{
    /// <summary>Published checkpoint that has been run and compared, or null: only small models with random weights have been.</summary>
    public string? Published { get; init; }

    /// <summary>The first fact in words.</summary>
    public string Conformance => Goldens.Count == 0 ? "no recorded reference results for this family" : $"passed on {string.Join(", ", Goldens)}";

    /// <summary>The second fact in words.</summary>
    public string PublishedCheckpoint => Published is null ? "none has been run" : $"{Published} has been run";
}
