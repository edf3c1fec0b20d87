using Assay.Data.Trace;

namespace Assay.Server.Attribution;

/// <summary>The trace indexes used last, by run. Each is made once, however many ask at the same time; one that could not be made is made again when asked next.</summary>
internal sealed class TraceIndexes
{
    /// <summary>Indexes kept in memory; the one that was not used for longest goes first.</summary>
    public const int Kept = 16;

    private readonly Lock _lock = new();

    /// <summary>Used last at the end. Guarded by <see cref="_lock"/>.</summary>
    private readonly List<(string RunId, Lazy<Task<TraceIndex>> Index)> _recent = new(Kept + 1);

    /// <summary>The index of a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="make">Loads or builds it; not called when it is at hand.</param>
    /// <param name="cancel">Ends the waiting; the making goes on for the others.</param>
    public async Task<TraceIndex> GetAsync(string runId, Func<string, Task<TraceIndex>> make, CancellationToken cancel)
    {
        var index = Take(runId, make);
        try
        {
            return await index.Value.WaitAsync(cancel);
        }
        finally
        {
            if (index.Value is { IsFaulted: true } or { IsCanceled: true })
            {
                lock (_lock)
                {
                    _recent.RemoveAll(item => item.Index == index);
                }
            }
        }
    }

    /// <summary>Drops the index of a run. One that is being made now is waited for, so that nothing of it is written afterwards.</summary>
    public async Task ForgetAsync(string runId)
    {
        Lazy<Task<TraceIndex>>? known;
        lock (_lock)
        {
            known = _recent.Find(item => item.RunId == runId).Index;
            _recent.RemoveAll(item => item.RunId == runId);
        }

        if (known is { IsValueCreated: true })
        {
            await known.Value.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private Lazy<Task<TraceIndex>> Take(string runId, Func<string, Task<TraceIndex>> make)
    {
        lock (_lock)
        {
            var at = _recent.FindIndex(item => item.RunId == runId);
            var index = at >= 0 ? _recent[at].Index : new Lazy<Task<TraceIndex>>(() => make(runId));
            if (at >= 0)
            {
                _recent.RemoveAt(at);
            }

            _recent.Add((runId, index));
            if (_recent.Count > Kept)
            {
                _recent.RemoveAt(0);
            }

            return index;
        }
    }
}
