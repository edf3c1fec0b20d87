using Assay.Server.Exports;
using Assay.Server.Runs;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Quotas;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>Removes what crashes leave: abandoned reservations and staging files after an hour, blobs without a row after a day, folders of ended runs and deleted exports at once.</summary>
internal sealed class Sweep(QuotaLedger quotas, Uploads.Uploads uploads, BlobStore blobs, TrainingJobs runs, ExportJobs exports, IDbContextFactory<AssayDb> reader, DbWriter writer, TimeProvider clock,
    ILogger<Sweep> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan StagingAge = TimeSpan.FromHours(1);
    private static readonly TimeSpan BlobAge = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            try
            {
                await RunAsync(StagingAge, BlobAge, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // What could not be removed now is removed by a later sweep.
                SweepLog.Failed(log, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One sweep; ages are those from which a file counts as abandoned.</summary>
    public async Task RunAsync(TimeSpan stagingAge, TimeSpan blobAge, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var expired = await quotas.ExpireAsync(cancel);
        var staged = blobs.SweepStaging((now - stagingAge).UtcDateTime) + await uploads.ExpireAsync(cancel);
        var orphans = 0;
        var before = (now - blobAge).UtcDateTime;
        await using var db = await reader.CreateDbContextAsync(cancel);
        foreach (var (sha256, writtenUtc) in blobs.List().ToList())
        {
            if (writtenUtc < before && !await db.Contributions.AnyAsync(row => row.Removal == null && (row.Sha256 == sha256 || row.ExtractionSha256 == sha256 || row.PreviewSha256 == sha256), cancel))
            {
                orphans += await RemoveAsync(sha256, before, cancel) ? 1 : 0;
            }
        }

        var folders = await runs.SweepWorkAsync(cancel) + await exports.SweepAsync(db, cancel);
        if (expired + staged + orphans + folders > 0)
        {
            SweepLog.Swept(log, expired, staged, orphans, folders);
        }
    }

    /// <summary>Removes an orphan in the writer's turn: an upload of the same bytes has refreshed the file's time before it commits there.</summary>
    private Task<bool> RemoveAsync(string sha256, DateTime beforeUtc, CancellationToken cancel) => writer.WriteAsync(async (db, stop) =>
    {
        if (blobs.WrittenUtc(sha256) >= beforeUtc || await db.Contributions.AnyAsync(row => row.Removal == null && (row.Sha256 == sha256 || row.ExtractionSha256 == sha256 || row.PreviewSha256 == sha256), stop))
        {
            return false;
        }

        blobs.Delete(sha256);
        return true;
    }, cancel);
}
