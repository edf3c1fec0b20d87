using System.Collections.Concurrent;

namespace Assay.Server.Shared.Live;

/// <summary>Tells waiting streams that a run has new rows. Losable: the appended rows are the truth.</summary>
internal sealed class RunFeed
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new();

    /// <summary>Completes at the next <see cref="Publish"/> for the run. Take it before reading the rows.</summary>
    public Task Next(string runId) => _waiting.GetOrAdd(runId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Publish(string runId)
    {
        if (_waiting.TryRemove(runId, out var waiting))
        {
            waiting.SetResult();
        }
    }
}
