namespace Assay.Client.Leaderboard;

/// <summary>One row of a leaderboard.</summary>
/// <param name="Standing">Best Wilson 95 % lower bound over any stretch of at least 30 decisions, in billionths; never falls.</param>
/// <param name="Live">The bound over all decisions, in billionths; may fall.</param>
/// <param name="RateLow">Lower end of the 95 % interval of the plain acceptance rate, 0 to 1.</param>
public sealed record StandingView(int Rank, string AccountId, string Name, long Standing, long Live, int Accepted, int Decided, double RateLow, double RateHigh,
    double MeanScore, DateTimeOffset? LastDecision);

/// <summary>A leaderboard and the period it covers.</summary>
/// <param name="Period">all, or a quarter such as 2026-Q4.</param>
public sealed record BoardView(string Scope, string Period, IReadOnlyList<StandingView> Rows);
