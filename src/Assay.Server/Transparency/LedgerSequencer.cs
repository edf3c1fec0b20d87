using Assay.Ledger;
using Assay.Ledger.Appending;
using Assay.Ledger.Checkpoints;
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
    private LedgerCorruptException? _damage;

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

    /// <summary>The index of an entry, as soon as it has one and a checkpoint covers it.</summary>
    /// <exception cref="LedgerStandsException">The ledger does not move.</exception>
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

            if (_damage is not null)
            {
                throw new LedgerStandsException($"The ledger stands still: {_damage.Message}");
            }

            Wake();
            try
            {
                await appended.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new LedgerStandsException($"Ledger entry {entryId} got no index within {Patience.TotalSeconds} s. {Broken}");
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

    /// <summary>Before the first request is served: there is a checkpoint, and the boards hold what the log holds.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _store.Sweep();
        await TryCatchUpAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await _work.WaitAsync(Idle, stoppingToken);
                await TryCatchUpAsync(stoppingToken);

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

    private async Task TryCatchUpAsync(CancellationToken cancel)
    {
        if (_damage is not null)
        {
            return;
        }

        try
        {
            if (!Ready)
            {
                await CheckAsync(cancel);
            }

            await CatchUpAsync(cancel);
            (Ready, Broken) = (true, null);
        }
        catch (LedgerCorruptException damage)
        {
            // A contradiction does not go away by itself: nothing is signed until a person looked and started the server again.
            (_damage, Broken) = (damage, damage.Message);
            LedgerLog.Stopped(log, damage.Message);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            // A full disk, a locked database: the appender reads everything again from disk at the next attempt.
            if (Broken != failure.Message)
            {
                LedgerLog.Stopped(log, failure.Message);
            }

            Broken = failure.Message;
        }
    }

    /// <summary>Before anything is appended after a start: every published entry, tile, root and signature.</summary>
    /// <exception cref="LedgerCorruptException">The log on disk is not what was signed.</exception>
    private async Task CheckAsync(CancellationToken cancel)
    {
        if (await _store.ReadAsync(LogFiles.Checkpoint, SignedNote.MaxLength, cancel) is null)
        {
            return; // a first start, or a folder that is to be written anew from the database
        }

        var report = await LedgerFsck.CheckAsync(_store, setup.Signer.Verifier, null, cancel);
        if (report.Problem is { } problem)
        {
            throw new LedgerCorruptException($"{problem.File}{(problem.Index is { } index ? $", entry {index}" : "")}: {problem.Reason}");
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
}
