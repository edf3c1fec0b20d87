namespace Assay.Data.Duplicates;

/// <summary>The most similar earlier record of one record, as the server's index found and confirmed it.</summary>
/// <param name="Record">Index of the record in its file.</param>
/// <param name="Length">Its length, from <see cref="ContentSignature.Length"/>.</param>
/// <param name="Resemblance">To the neighbour; <see cref="Resemblance.None"/> when there is no candidate.</param>
/// <param name="Neighbour">What the neighbour is called in the evidence, for example <c>contribution 41, record 3</c>; null when there is none.</param>
/// <param name="NeighbourText">Beginning of the neighbour's text, to be shown side by side; null when it may not be shown.</param>
public sealed record RecordNeighbour(int Record, int Length, Resemblance Resemblance, string? Neighbour = null, string? NeighbourText = null)
{
    /// <summary>The longest passages that both have word for word, as they stand in the record.</summary>
    public IReadOnlyList<string> Passages { get; init; } = [];
}
