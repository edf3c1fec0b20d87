using Assay.Ledger;
using Assay.Ledger.Appending;
using Assay.Ledger.Entries;
using Assay.Ledger.Proofs;
using Assay.Server.Leaderboard;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Transparency;

/// <summary>Runs the appender whenever a transaction added entries, then lets the followers take them in; waits for indices on request.</summary>
internal sealed class LedgerSequencer(DataFolder folder, DatabaseJournal journal, LedgerSetup setup, StandingFollower standings, IDbContextFactory<AssayDb> reader,
    ILogger<LedgerSequencer> log) : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1); // also finds what `assay user add` wrote beside the server
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FileTileStore _store = new(folder.Ledger);
    private readonly SemaphoreSlim _work = new(0);
    private readonly Lock _lock = new();
    private TaskCompletionSource _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LedgerAppender? _appender;
    private long? _rulesEntry;

    /// <summary>The files of the log.</summary>
    public FileTileStore Store => _store;

    /// <summary>Why the ledger stopped; null while it is good.</summary>
    public string? Broken { get; private set; }

    /// <summary>Whether the whole log on disk was checked and everything from before this start is published.</summary>
    public bool Ready { get; private set; }

    /// <summary>A transaction added entries: give them their indices now.</summary>
    public void Wake()
    {
        if (_work.CurrentCount == 0)
        {
            _work.Release();
        }
    }

    /// <summary>Publishes everything pending before the server answers its first request.</summary>
    public async Task CatchUpAsync(CancellationToken cancel)
    {
        _appender ??= new LedgerAppender(journal, _store, setup.Signer);
        while (await _appender.AppendAsync(cancel) >= LedgerAppender.BatchLimit)
        {
            // More is pending.
        }

        await standings.FollowAsync(cancel);
    }

    /// <summary>The index of an entry, as soon as it has one and a checkpoint covers it.</summary>
    /// <exception cref="TimeoutException">The ledger does not move.</exception>
    public async Task<long> IndexOfAsync(long entryId, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        while (true)
        {
            Task appended;
            lock (_lock)
            {
                appended = _appended.Task;
            }

            await using (var db = await reader.CreateDbContextAsync(cancel))
            {
                var index = await db.LedgerEntries.Where(row => row.Id == entryId).Select(row => row.Index).FirstOrDefaultAsync(cancel);
                if (index is { } found && _appender?.Published?.Size > found)
                {
                    return found;
                }
            }

            Wake();
            try
            {
                await appended.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new TimeoutException($"Ledger entry {entryId} got no index within {Patience.TotalSeconds} s. {Broken}");
            }
        }
    }

    /// <summary>Index of the rules policy that decisions refer to.</summary>
    public async Task<long> RulesIndexAsync(CancellationToken cancel)
    {
        if (_rulesEntry is null)
        {
            await using var db = await reader.CreateDbContextAsync(cancel);
            _rulesEntry = (await LedgerSetup.LatestAsync(db, PolicyEntry.Rules, cancel))!.Value.EntryId;
        }

        return await IndexOfAsync(_rulesEntry.Value, cancel);
    }

    /// <summary>The receipt of an entry under the newest checkpoint.</summary>
    public async Task<byte[]> ReceiptAsync(long entryId, CancellationToken cancel)
    {
        var index = await IndexOfAsync(entryId, cancel);
        return (await Receipt.CreateAsync(_store, index, cancel))!.ToBytes();
    }

<<<<<<< HEAD
    /// <summary>Before the first request is served: there is a checkpoint, and the boards hold what the log holds.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _store.Sweep();
        await TryCatchUpAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
=======
    /// <summary>After start, once: every published entry, tile, root and signature.</summary>
    /// <exception cref="LedgerCorruptException">The log on disk is not what was signed.</exception>
    private async Task CheckOnceAsync(CancellationToken cancel)
    {
        if (!Ready)
        {
            var report = await LedgerFsck.CheckAsync(_store, setup.Signer.Verifier, _appender?.Published, cancel);
            if (report.Problem is { } problem)
            {
                throw new LedgerCorruptException($"{problem.File}{(problem.Index is { } index ? $", entry {index}" : "")}: {problem.Reason}");
            }

            Ready = true;
        }
>>>>>>> servertests
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
<<<<<<< HEAD
                await _work.WaitAsync(Idle, stoppingToken);
                await TryCatchUpAsync(stoppingToken);
=======
                if (Ready)
                {
                    await _work.WaitAsync(Idle, stoppingToken);
                }

                try
                {
                    await CatchUpAsync(stoppingToken);
                    await CheckOnceAsync(stoppingToken);
                    Broken = null;
                }
                catch (Exception failure) when (failure is IOException or LedgerCorruptException)
                {
                    // Nothing was signed. A full disk works again after freeing; a contradiction stays until a person looked.
                    if (Broken != failure.Message)
                    {
                        LedgerLog.Stopped(log, failure.Message);
                    }

                    Broken = failure.Message;
                    await Task.Delay(Idle, stoppingToken);
                }
>>>>>>> servertests

                TaskCompletionSource appended;
                lock (_lock)
                {
                    (appended, _appended) = (_appended, new(TaskCreationOptions.RunContinuationsAsynchronously));
                }

                appended.SetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping; what is pending is appended at the next start.
        }
        finally
        {
            _appender?.Dispose();
        }
    }
<<<<<<< HEAD

    private async Task TryCatchUpAsync(CancellationToken cancel)
    {
        try
        {
            await CatchUpAsync(cancel);
            await CheckOnceAsync(cancel);
            Broken = null;
        }
        catch (Exception failure) when (failure is IOException or LedgerCorruptException)
        {
            // Nothing was signed. A full disk works again after freeing; a contradiction stays until a person looked.
            if (Broken != failure.Message)
            {
                LedgerLog.Stopped(log, failure.Message);
            }

            Broken = failure.Message;
        }
    }

    /// <summary>After start, once: every published entry, tile, root and signature.</summary>
    /// <exception cref="LedgerCorruptException">The log on disk is not what was signed.</exception>
    private async Task CheckOnceAsync(CancellationToken cancel)
    {
        if (!Ready)
        {
            var report = await LedgerFsck.CheckAsync(_store, setup.Signer.Verifier, _appender?.Published, cancel);
            if (report.Problem is { } problem)
            {
                throw new LedgerCorruptException($"{problem.File}{(problem.Index is { } index ? $", entry {index}" : "")}: {problem.Reason}");
            }

            Ready = true;
        }
    }

    /// <summary>Publishes everything pending and lets the followers take it in.</summary>
    private async Task CatchUpAsync(CancellationToken cancel)
    {
        _appender ??= new LedgerAppender(journal, _store, setup.Signer);
        while (await _appender.AppendAsync(cancel) >= LedgerAppender.BatchLimit)
        {
            // More is pending.
        }

        await standings.FollowAsync(cancel);
    }
=======
>>>>>>> servertests
}
