using System.Collections.Concurrent;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Shared.Compute;

/// <summary>Starts worker processes when there is work, one of each kind, and gives back what a dead one held.</summary>
internal sealed class ComputeHost(JobQueue jobs, InferenceQueue questions, WorkerSecret secret, JobFailures failures, IDbContextFactory<AssayDb> reader,
    IServer server, IHostApplicationLifetime lifetime, IOptions<ComputeOptions> options, TimeProvider clock, ILogger<ComputeHost> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, WorkerProcess> _running = new();

    /// <summary>Crashes in a row and the time before which a kind is not started again: a worker that cannot start must not spin.</summary>
    private readonly ConcurrentDictionary<string, (int Crashes, DateTimeOffset NotBefore)> _pauses = new();

    /// <summary>Process id of the worker of a kind, for the health page and for tests; null when none runs.</summary>
    public int? ProcessId(string kind) => _running.TryGetValue(kind, out var worker) ? worker.Id : null;

    /// <summary>Ends the worker of a kind at once; what it held goes back to the queue.</summary>
    /// <param name="kind">validate, train, infer or export.</param>
    /// <param name="name">Only the worker of this name; null: whichever runs.</param>
    public void Kill(string kind, string? name = null)
    {
        if (_running.TryGetValue(kind, out var worker) && (name is null || worker.Name == name))
        {
            worker.Kill();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The web server stops before this service does: a worker that loses it then must not be replaced.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            await RunAsync(stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        await StartedAsync(stoppingToken);
        await jobs.ReleaseAllAsync("the server was restarted", stoppingToken);
        if (!options.Value.StartWorkers)
        {
            await failures.EndStrandedAsync(stoppingToken);
            return;
        }

        if (!File.Exists(Program))
        {
            ComputeLog.NoWorker(log, Program);
            return;
        }

        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var changed = Task.WhenAny(jobs.Changed, questions.Changed);
                await LookAsync(stoppingToken);
                await Task.WhenAny(changed, Task.Delay(Look, stoppingToken));
            }
        }
        finally
        {
            foreach (var worker in _running.Values)
            {
                worker.Kill();
            }
        }
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        try
        {
            await failures.EndStrandedAsync(cancel);
            foreach (var kind in await WantedAsync(cancel))
            {
                if (!_running.ContainsKey(kind) && !(_pauses.TryGetValue(kind, out var pause) && pause.NotBefore > clock.GetUtcNow()))
                {
                    Start(kind, cancel);
                }
            }
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested)
        {
            // A full disk or a program that cannot be started must not end the server; the next look tries again.
            ComputeLog.LookFailed(log, failure);
        }
    }

    private string Program => options.Value.WorkerPath.Length > 0
        ? options.Value.WorkerPath
        : Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Assay.Worker", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Assay.Worker"));

    private Uri Address => new(server.Features.Get<IServerAddressesFeature>()!.Addresses.First(address => address.StartsWith("http:", StringComparison.Ordinal))
        .Replace("[::]", "127.0.0.1", StringComparison.Ordinal).Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal));

    private async Task<List<string>> WantedAsync(CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var now = clock.GetUtcNow();
        var wanted = await db.Jobs
            .Where(row => !row.Cancel && (row.State == JobState.Queued || (row.State == JobState.Running && row.LeasedUntil < now)))
            .Select(row => row.Kind).Distinct().ToListAsync(cancel);
        if (questions.Waiting > 0)
        {
            wanted.Add("infer");
        }

        // The first upload should not wait for a process to start.
        if (!wanted.Contains("validate"))
        {
            wanted.Add("validate");
        }

        return wanted;
    }

    private void Start(string kind, CancellationToken stop)
    {
        var memory = kind switch
        {
            "validate" => options.Value.ValidateMemoryMiB,
            "train" or "export" => options.Value.TrainMemoryMiB > 0 ? options.Value.TrainMemoryMiB : (int)(FreeMemory.MiB() * 9 / 10),
            _ => options.Value.InferMemoryMiB,
        };
        var worker = WorkerProcess.Start(Program, kind, Address, secret.Value, memory);
        _running[kind] = worker;
        ComputeLog.Started(log, kind, worker.Id, memory);
        _ = WatchAsync(worker, stop);
    }

    private async Task WatchAsync(WorkerProcess worker, CancellationToken stop)
    {
        try
        {
            var exit = await worker.WaitAsync(stop);
            ComputeLog.Ended(log, worker.Kind, exit.Code, exit.Code == 0 ? "" : exit.Output);
            CountCrash(worker.Kind, exit.Code);
            questions.WorkerEnded(worker.Name, worker.Kind == "infer" && exit.Code != 0, exit.Describe());
            await jobs.ReleaseAsync(worker.Name, exit.Describe(), counts: exit.Code is not (0 or WorkerExit.ServerGone), stop);
        }
        catch (OperationCanceledException)
        {
            // Stopping: the host kills what runs.
        }
        catch (Exception failure)
        {
            // The lease runs out by itself and the job is leased again.
            ComputeLog.LookFailed(log, failure);
        }
        finally
        {
            _running.TryRemove(worker.Kind, out _);
            worker.Dispose();
            jobs.Wake();
        }
    }

    /// <summary>The first crash is forgiven at once, so that a file that kills its parser delays nobody; then each pause doubles.</summary>
    private void CountCrash(string kind, int code)
    {
        if (code == 0)
        {
            _pauses.TryRemove(kind, out _);
            return;
        }

        var crashes = _pauses.TryGetValue(kind, out var before) ? before.Crashes + 1 : 1;
        var seconds = crashes == 1 ? 0 : Math.Min(LongestPause.TotalSeconds, Math.Pow(2, crashes - 1));
        _pauses[kind] = (crashes, clock.GetUtcNow().AddSeconds(seconds));
    }

    private async Task StartedAsync(CancellationToken stop)
    {
        var started = new TaskCompletionSource();
        await using var first = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stop);
    }
}
