namespace Assay.Client.Leaderboard;

/// <summary>One row of a leaderboard.</summary>
/// <param name="Rank">Place, from 1.</param>
/// <param name="Standing">Best Wilson 95 % lower bound over any stretch of at least 30 decisions, in billionths; never falls.</param>
/// <param name="Live">The bound over all decisions, in billionths; may fall.</param>
/// <param name="RateLow">Lower end of the 95 % interval of the plain acceptance rate, 0 to 1.</param>
/// <param name="MeanScore">Mean validation score of the accepted files, 0 to 1000, frozen when the standing was reached.</param>
/// <param name="RecentAccepted">Accepted among the latest decisions.</param>
/// <param name="Recent">How many latest decisions that counts: 10, or all while there are fewer.</param>
/// <param name="ActiveDays">UTC days with a decision on one of the account's files.</param>
/// <param name="Movement">Places gained since the UTC day began, negative when lost; null when the account was not on the board then.</param>
public sealed record StandingView(int Rank, string AccountId, string Name, long Standing, long Live, int Accepted, int Decided, double RateLow, double RateHigh,
    double MeanScore, int RecentAccepted, int Recent, int ActiveDays, int? Movement, DateTimeOffset? LastDecision);

/// <summary>A leaderboard and the period it covers.</summary>
/// <param name="Scope">platform, or a datanet's id.</param>
/// <param name="Period">all, or a quarter such as 2026-Q4.</param>
/// <param name="Total">Accounts on the board.</param>
/// <param name="Rows">The best, as many as were asked for.</param>
/// <param name="Own">The reader's row with its neighbours, when it is not among <paramref name="Rows"/>; empty otherwise and for readers without a row.</param>
/// <param name="Seasons">Quarters in which anything was decided, latest first.</param>
public sealed record BoardView(string Scope, string Period, int Total, IReadOnlyList<StandingView> Rows, IReadOnlyList<StandingView> Own, IReadOnlyList<string> Seasons);
