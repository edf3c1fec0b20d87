using Assay.Client.Contributions;

namespace Assay.Client.Review;

/// <summary>One item for a reviewer: the evidence, never the name of the contributor or earlier votes.</summary>
public sealed record ReviewItem(string ContributionId, string DatanetName, string Purpose, string Type, int Score, string Text, IReadOnlyList<FindingView> Findings);

/// <param name="Accept">Whether the file belongs into the datanet.</param>
/// <param name="Reason">1 to 500 characters, shown to the contributor.</param>
public sealed record VoteRequest(bool Accept, string Reason);

/// <param name="State">review while votes are missing, else accepted or rejected.</param>
public sealed record VoteView(string ContributionId, string State, int Votes, int Needed);
