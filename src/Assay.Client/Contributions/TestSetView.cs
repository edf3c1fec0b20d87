namespace Assay.Client.Contributions;

/// <summary>A registered test set. Nothing gives its texts back.</summary>
/// <param name="Datanet">The datanet it holds for; absent for all of them.</param>
/// <param name="Items">Texts that were given.</param>
/// <param name="Runs">Different runs of 13 words that were kept, as hashes.</param>
/// <param name="RegisteredBy">Who did; absent where it was not recorded.</param>
/// <param name="RemovedAt">When its hashes were deleted; absent while files are compared with it.</param>
/// <param name="RemovedBy">Who did.</param>
public sealed record TestSetView(string Id, string Name, string? Datanet, int Items, int Runs, DateTimeOffset RegisteredAt, string? RegisteredBy = null,
    DateTimeOffset? RemovedAt = null, string? RemovedBy = null);
