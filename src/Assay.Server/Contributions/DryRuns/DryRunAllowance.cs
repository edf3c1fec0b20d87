using System.Collections.Concurrent;

namespace Assay.Server.Contributions.DryRuns;

/// <summary>Counts dry runs per account: free, but not without end. Kept in memory; a restart forgets it.</summary>
internal sealed class DryRunAllowance(TimeProvider clock)
{
    public const int PerHour = 10;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Queue<DateTimeOffset>> _taken = new();

    /// <summary>Takes one of the hour's dry runs; or says how long until the next is free.</summary>
    public TimeSpan? Take(string accountId)
    {
        var now = clock.GetUtcNow();
        var taken = _taken.GetOrAdd(accountId, _ => new Queue<DateTimeOffset>(PerHour));
        lock (taken)
        {
            while (taken.TryPeek(out var oldest) && oldest + Hour <= now)
            {
                taken.Dequeue();
            }

            if (taken.Count == PerHour)
            {
                return taken.Peek() + Hour - now;
            }

            taken.Enqueue(now);
            return null;
        }
    }
}
