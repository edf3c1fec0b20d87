using Assay.Client.Contributions;

namespace Assay.Client.Review;

/// <summary>One file for a reviewer: content and evidence, never the name of the contributor or earlier votes.</summary>
/// <param name="AssignmentId">What the vote refers to.</param>
/// <param name="Text">The first 20,000 characters of its records.</param>
/// <param name="Appeal">What the contributor says against the rejection; absent when it is no appeal.</param>
/// <param name="Kind">text, image or audio.</param>
/// <param name="HasMedia">Whether <c>/api/v1/review/assignments/{id}/media</c> shows or plays it.</param>
/// <param name="ExpiresAt">From then on the file may go to somebody else.</param>
public sealed record ReviewItem(long AssignmentId, string DatanetName, string Purpose, string Type, int Score, string Text, IReadOnlyList<FindingView> Findings,
    string? Appeal, DateTimeOffset ExpiresAt, string Kind = "text", bool HasMedia = false);

/// <param name="Accept">Whether the file belongs into the datanet.</param>
/// <param name="Reason">1 to 500 characters, shown to the contributor.</param>
public sealed record VoteRequest(bool Accept, string Reason);

/// <summary>The vote is counted. What it decided stands on the contribution's page.</summary>
/// <param name="Needed">Votes that must agree.</param>
public sealed record VoteView(long AssignmentId, int Needed);

/// <summary>Asks people to look at a rejection again.</summary>
/// <param name="Text">1 to 1,000 characters: what the rules got wrong.</param>
public sealed record AppealRequest(string Text);

/// <summary>How one reviewer judges. A vote that deviates from the others is never held against anybody; only answers to files with a known answer count.</summary>
/// <param name="Votes">Votes in rounds that are closed.</param>
/// <param name="WithOutcome">Of those, how many said what was decided.</param>
/// <param name="Gold">Answers to files with a known answer.</param>
/// <param name="GoldRight">Of those, how many were right.</param>
/// <param name="Confusion">The answers by kind.</param>
/// <param name="Kappa">Mean Cohen's kappa with each other reviewer who judged five or more of the same files; absent without one.</param>
/// <param name="KappaPairs">How many reviewers that mean is over.</param>
/// <param name="Paused">Whether no file is given because too few of the last known answers were right.</param>
public sealed record ReviewerFigures(string AccountId, string Name, int Votes, int WithOutcome, int Gold, int GoldRight, ConfusionView Confusion, double? Kappa, int KappaPairs, bool Paused);

public sealed record ConfusionView(int RightAccepts, int WrongAccepts, int RightRejects, int WrongRejects);

/// <summary>All reviewers who voted, best first: by the Wilson 95 % lower bound of the accuracy on known answers, then by votes, then by account id.</summary>
/// <param name="Alpha">Krippendorff's alpha over all votes of closed rounds and known answers; absent while it says nothing.</param>
/// <param name="Kappa">Mean Cohen's kappa over all pairs of reviewers with five or more files in common.</param>
public sealed record ReviewerBoard(IReadOnlyList<ReviewerFigures> Rows, double? Alpha, double? Kappa, int KappaPairs);

/// <summary>Marks a decided file as one with a known answer, or takes the mark back.</summary>
/// <param name="Accept">The right answer; absent: the mark is taken back, and votes on it no longer count in anybody's figures.</param>
public sealed record GoldRequest(bool? Accept);

/// <summary>A file that waits for the reader's decision.</summary>
/// <param name="Kind">approval (you own the datanet), or borderline, appeal or audit (nobody voted for long, and you are the operator).</param>
/// <param name="Since">Since when nothing happened.</param>
public sealed record WaitingView(string ContributionId, string FileName, string DatanetId, string DatanetName, string Kind, DateTimeOffset Since);
