using Assay.Client.Contributions;

namespace Assay.Client.Review;

/// <summary>One file for a reviewer: content and evidence, never the name of the contributor or earlier votes.</summary>
/// <param name="AssignmentId">What the vote refers to.</param>
/// <param name="Text">The first 20,000 characters of its records.</param>
/// <param name="Appeal">What the contributor says against the rejection; absent when it is no appeal.</param>
/// <param name="ExpiresAt">From then on the file may go to somebody else.</param>
public sealed record ReviewItem(long AssignmentId, string DatanetName, string Purpose, string Type, int Score, string Text, IReadOnlyList<FindingView> Findings,
    string? Appeal, DateTimeOffset ExpiresAt);

/// <param name="Accept">Whether the file belongs into the datanet.</param>
/// <param name="Reason">1 to 500 characters, shown to the contributor.</param>
public sealed record VoteRequest(bool Accept, string Reason);

/// <summary>The vote is counted. What it decided stands on the contribution's page.</summary>
/// <param name="Needed">Votes that must agree.</param>
public sealed record VoteView(long AssignmentId, int Needed);

/// <summary>Asks people to look at a rejection again.</summary>
/// <param name="Text">1 to 1,000 characters: what the rules got wrong.</param>
public sealed record AppealRequest(string Text);
