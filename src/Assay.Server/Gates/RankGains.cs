using Assay.Ledger.Replay;

namespace Assay.Server.Gates;

/// <summary>What three tricks bring on the leaderboard, by the rank rule alone: pure, from a seed.</summary>
internal static class RankGains
{
    private const int Runs = 200;

    /// <summary>Rows of the table: the trick, what the honest way reaches, what the trick reaches. Standings in billionths.</summary>
    public static IEnumerable<(string Trick, long Honest, long WithTrick)> All(ulong seed)
    {
        var chance = new Chance(seed);
        foreach (var after in (int[])[10, 29, 30, 60])
        {
            yield return ($"a fresh account after 10 rejections, {after} acceptances later",
                Standing([.. Enumerable.Repeat(false, 10), .. Enumerable.Repeat(true, after)]), Standing([.. Enumerable.Repeat(true, after)]));
        }

        foreach (var decisions in (int[])[50, 200, 1000])
        {
            yield return ($"a coin-flip contributor over {decisions} decisions, beside one who is right 90 % of the time",
                Mean(() => Standing([.. Enumerable.Range(0, decisions).Select(_ => chance.With(0.9))])),
                Mean(() => Standing([.. Enumerable.Range(0, decisions).Select(_ => chance.With(0.5))])));
        }

        foreach (var files in (int[])[3, 10, 30])
        {
            yield return ($"{files} accepted files, each split in two that are accepted too", Standing([.. Enumerable.Repeat(true, files)]), Standing([.. Enumerable.Repeat(true, 2 * files)]));
        }
    }

    private static long Standing(bool[] decisions)
    {
        var history = new StandingHistory("a");
        foreach (var (index, accepted) in decisions.Index())
        {
            history.Decide(index, accepted, 700, index);
        }

        return history.Current.Value;
    }

    private static long Mean(Func<long> one) => (long)Enumerable.Range(0, Runs).Average(_ => one());
}
