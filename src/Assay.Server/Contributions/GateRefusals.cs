using System.Collections.Concurrent;

namespace Assay.Server.Contributions;

/// <summary>Counts refused uploads per account and hour: refusals are free, but not without end.</summary>
internal sealed class GateRefusals(TimeProvider clock)
{
    public const int PerHour = 60;

    private readonly ConcurrentDictionary<string, (DateTimeOffset Hour, int Count)> _counts = new();

    /// <summary>When the account may send again; null when it may now.</summary>
    public DateTimeOffset? Blocked(string accountId) =>
        _counts.TryGetValue(accountId, out var seen) && seen.Count >= PerHour && seen.Hour.AddHours(1) > clock.GetUtcNow() ? seen.Hour.AddHours(1) : null;

    public void Count(string accountId)
    {
        var now = clock.GetUtcNow();
        _counts.AddOrUpdate(accountId, (now, 1), (_, seen) => seen.Hour.AddHours(1) > now ? (seen.Hour, seen.Count + 1) : (now, 1));
    }
}
