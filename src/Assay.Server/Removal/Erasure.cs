using Assay.Server.Attribution;
using Assay.Server.Runs;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Removal;

/// <summary>
/// Erases the content of removed files: from rows, from what other rows quote of it, from blobs, trace indexes and checkpoints, and from the freed
/// pages and the write-ahead log of the database. What a crash or a busy file left is done at the next look; every step can be repeated.
/// </summary>
internal sealed class Erasure(IDbContextFactory<AssayDb> reader, DbWriter writer, DatabaseFile database, BlobStore blobs, TraceAnswers traces, TrainingJobs runs,
    TimeProvider clock, ILogger<Erasure> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Erases everything that waits for it.</summary>
    /// <returns>True: nothing waits any more. False: a run that uses the content has not ended yet, or the log is being read; the next look goes on.</returns>
    public async Task<bool> EraseAsync(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            await using var db = await reader.CreateDbContextAsync(cancel);
            var waiting = await db.Removals.AsNoTracking().Where(row => row.ErasedAt == null).OrderBy(row => row.Id).ToListAsync(cancel);
            var gone = new List<long>();
            foreach (var removal in waiting)
            {
                if (await EraseOneAsync(db, removal.ContributionId, cancel))
                {
                    gone.Add(removal.Id);
                }
            }

            if (gone.Count == 0)
            {
                return waiting.Count == 0;
            }

            if (!database.DropFreed())
            {
                return false;
            }

            var now = clock.GetUtcNow();
            await writer.WriteAsync((rows, stop) => rows.Removals.Where(row => gone.Contains(row.Id)).ExecuteUpdateAsync(set => set.SetProperty(row => row.ErasedAt, now), stop), cancel);
            return gone.Count == waiting.Count;
        }
        finally
        {
            _one.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            try
            {
                await EraseAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                RemovalLog.Failed(log, failure); // a later look tries again
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<bool> EraseOneAsync(AssayDb db, string id, CancellationToken cancel)
    {
        var row = await db.Contributions.AsNoTracking().FirstAsync(contribution => contribution.Id == id, cancel);
        var versions = (await UsedIn.VersionsAsync(db, row.DatanetId, id, cancel)).ConvertAll(version => version.Id);
        var used = await UsedIn.RunsAsync(db, versions, cancel);
        if (await db.Runs.AnyAsync(run => used.Contains(run.Id) && run.EndedAt == null, cancel))
        {
            return false; // it is cancelled; what its worker holds goes with it
        }

        // While the records are here the texts are known, and what quotes them can be found; they go last.
        var records = await db.Records.AsNoTracking().Where(record => record.ContributionId == id).ToListAsync(cancel);
        var removed = new RemovedText(records.SelectMany(record => record.AllTurns()).Select(turn => turn.Content));
        var quotations = new Quotations(db, writer, row, removed);
        await quotations.EraseAsync(used, cancel);
        await writer.WriteAsync((rows, stop) => ErasedRows.BlankAsync(rows, row, stop), cancel);
        await quotations.EraseAsync(used, cancel); // an answer or a report that was made in between
        foreach (var run in used)
        {
            runs.RemoveWork(run);
            await traces.ForgetAsync(run);
        }

        foreach (var sha256 in ((string?[])[row.Sha256, row.ExtractionSha256, row.PreviewSha256]).OfType<string>().Distinct())
        {
            await DeleteAsync(sha256, cancel);
        }

        return true;
    }

    /// <summary>Removes a blob in the writer's turn, unless another file that is here has the same bytes.</summary>
    private Task DeleteAsync(string sha256, CancellationToken cancel) => writer.WriteAsync(async (db, stop) =>
    {
        if (blobs.Exists(sha256) && !await db.Contributions.AnyAsync(row => row.Removal == null
            && (row.Sha256 == sha256 || row.ExtractionSha256 == sha256 || row.PreviewSha256 == sha256), stop))
        {
            blobs.Delete(sha256);
        }
    }, cancel);
}
