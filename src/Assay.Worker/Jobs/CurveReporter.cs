using System.Threading.Channels;
using Assay.Client.Leases;
using Assay.Client.Runs;

namespace Assay.Worker.Jobs;

/// <summary>Sends points of a run's curves in batches from its own task, so that the training loop never waits for the network.</summary>
internal sealed class CurveReporter : IAsyncDisposable
{
    private readonly Channel<TrainProgress> _points = Channel.CreateUnbounded<TrainProgress>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _sending;

    /// <param name="client">The server.</param>
    /// <param name="lease">What is held.</param>
    /// <param name="perSecond">Most batches a second.</param>
    /// <param name="cancel">Ends the sending.</param>
    public CurveReporter(LeaseClient client, LeaseGrant lease, int perSecond, CancellationToken cancel) =>
        _sending = Task.Run(() => SendAsync(client, lease, TimeSpan.FromSeconds(1.0 / perSecond), cancel), CancellationToken.None);

    /// <summary>Queues a point.</summary>
    /// <param name="state">preparing or running.</param>
    /// <param name="steps">Steps planned.</param>
    /// <param name="point">The point; null only announces state and steps.</param>
    /// <param name="evaluation">What was measured at the point's step.</param>
    public void Report(string state, int steps, RunPoint? point, TrainEvaluation? evaluation = null) =>
        _points.Writer.TryWrite(new TrainProgress(state, steps, point is null ? [] : [point], evaluation is null ? null : [evaluation]));

    /// <summary>Waits until everything queued is sent, or the sending is cancelled; nothing can be queued afterwards.</summary>
    public async Task FlushAsync()
    {
        _points.Writer.TryComplete();
        await _sending;
    }

    public async ValueTask DisposeAsync() => await FlushAsync();

    private async Task SendAsync(LeaseClient client, LeaseGrant lease, TimeSpan pause, CancellationToken cancel)
    {
        var batch = new List<TrainProgress>();
        try
        {
            while (batch.Count > 0 || await _points.Reader.WaitToReadAsync(cancel))
            {
                while (_points.Reader.TryRead(out var point))
                {
                    batch.Add(point);
                }

                try
                {
                    await client.ProgressAsync(lease, new TrainProgress(batch[^1].State, batch[^1].Steps, [.. batch.SelectMany(item => item.Points)],
                        [.. batch.SelectMany(item => item.Evaluations ?? [])]), cancel);
                    batch.Clear();
                }
                catch (HttpRequestException)
                {
                    // Kept for the next attempt, the last batch as well: the server may be busy or restarting.
                }

                await Task.Delay(pause, cancel);
            }
        }
        catch (OperationCanceledException)
        {
            // The server ends; the rows it has are the truth.
        }
    }
}
