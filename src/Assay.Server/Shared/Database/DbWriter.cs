using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Shared.Database;

/// <summary>
/// The only way to change the database: one writer, up to 256 pieces of work per transaction, acknowledged after the commit.
/// </summary>
/// <remarks>
/// A savepoint around each piece of work keeps a failed one from leaving anything behind. Work does database calls only,
/// because everyone waits behind it, and touches nothing outside its <see cref="AssayDb"/>.
/// </remarks>
internal sealed class DbWriter(DbContextOptions<AssayDb> options, DatabaseFile file) : BackgroundService
{
    private const int GroupSize = 256;

    private readonly Channel<Work> _queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(4096) { SingleReader = true });

    /// <summary>Runs <paramref name="work"/> in the next transaction; completes when it is durable, or fails with its exception and no effect.</summary>
    public async Task<T> WriteAsync<T>(Func<AssayDb, CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        var item = new Work<T>(work);
        await _queue.Writer.WriteAsync(item, cancel);

        // Not cancellable from here on: the caller must learn whether its work became durable.
        return await item.Done.Task;
    }

    public Task WriteAsync(Func<AssayDb, CancellationToken, Task> work, CancellationToken cancel) =>
        WriteAsync<object?>(async (db, stop) =>
        {
            await work(db, stop);
            return null;
        }, cancel);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var connection = file.Open();
        var group = new List<Work>(GroupSize);
        try
        {
            while (await _queue.Reader.WaitToReadAsync(stoppingToken))
            {
                group.Clear();
                while (group.Count < GroupSize && _queue.Reader.TryRead(out var work))
                {
                    group.Add(work);
                }

                await CommitAsync(connection, group, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: what waits is refused below.
        }
        finally
        {
            _queue.Writer.TryComplete();
            while (_queue.Reader.TryRead(out var work))
            {
                work.Fail(new OperationCanceledException("The server is stopping; nothing was changed."));
            }
        }
    }

    private async Task CommitAsync(SqliteConnection connection, List<Work> group, CancellationToken stop)
    {
        try
        {
            // Immediate: another process (`assay user add`) may hold the write lock; waiting for it happens here, before any work ran.
            await using var transaction = connection.BeginTransaction(deferred: false);
            foreach (var work in group)
            {
                await transaction.SaveAsync("work", stop);
                await using var db = new AssayDb(new DbContextOptionsBuilder<AssayDb>(options).UseSqlite(connection).Options);
                await db.Database.UseTransactionAsync(transaction, stop);
                try
                {
                    await work.RunAsync(db, stop);
                    await db.SaveChangesAsync(stop);
                }
                catch (Exception failure) when (failure is not OperationCanceledException || !stop.IsCancellationRequested)
                {
                    await transaction.RollbackAsync("work", stop);
                    work.Failure = failure;
                }

                await transaction.ReleaseAsync("work", stop);
            }

            await transaction.CommitAsync(stop);
        }
        catch (Exception failure)
        {
            // The whole transaction is gone (disk full, lock timeout): each caller learns it.
            foreach (var work in group)
            {
                work.Fail(failure);
            }

            if (failure is OperationCanceledException)
            {
                throw;
            }

            return;
        }

        foreach (var work in group)
        {
            work.Complete();
        }
    }

    private abstract class Work
    {
        public Exception? Failure { get; set; }

        public abstract Task RunAsync(AssayDb db, CancellationToken stop);

        public abstract void Complete();

        public abstract void Fail(Exception failure);
    }

    private sealed class Work<T>(Func<AssayDb, CancellationToken, Task<T>> run) : Work
    {
        private T _result = default!;

        public TaskCompletionSource<T> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task RunAsync(AssayDb db, CancellationToken stop) => _result = await run(db, stop);

        public override void Complete()
        {
            if (Failure is null)
            {
                Done.TrySetResult(_result);
            }
            else
            {
                Done.TrySetException(Failure);
            }
        }

        public override void Fail(Exception failure) => Done.TrySetException(failure);
    }
}
