using Assay.Client.Leases;

namespace Assay.Worker.Leases;

/// <summary>Keeps a lease alive from its own thread, never from the loop that does the work, and hears what is wished of the job.</summary>
internal sealed class Heartbeat : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop;
    private readonly Task _beating;

    /// <param name="client">The server.</param>
    /// <param name="lease">What is held.</param>
    /// <param name="onWish">Called at each beat while something is wished of the job: cancel, pause or stop.</param>
    /// <param name="onLost">Called once when the lease belongs to somebody else.</param>
    /// <param name="cancel">Ends the heartbeat.</param>
    public Heartbeat(LeaseClient client, LeaseGrant lease, Action<string> onWish, Action onLost, CancellationToken cancel)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _beating = Task.Run(() => BeatAsync(client, lease, onWish, onLost), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _beating;
        _stop.Dispose();
    }

    private async Task BeatAsync(LeaseClient client, LeaseGrant lease, Action<string> onWish, Action onLost)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    var answer = await client.HeartbeatAsync(lease, _stop.Token);
                    if (answer is null)
                    {
                        onLost();
                        return;
                    }

                    if ((answer.Cancel ? "cancel" : answer.Wish) is { } wish)
                    {
                        onWish(wish);
                    }
                }
                catch (HttpRequestException)
                {
                    // The server may be busy or restarting; only a refused token ends the work.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The job ended.
        }
    }
}
