using Assay.Client;
using Assay.Client.Datanets;
using Assay.Client.Runs;
using Assay.Ledger.Entries;
using Assay.Server.Datanets;
using Assay.Server.Runs;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Runs;

/// <summary>What a run's entries state, whatever order its versions are named and stored in.</summary>
public sealed class RunEntriesTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_and_end_state_the_same_versions_and_the_same_hold_out()
    {
        // Ids against ledger order, and one that holds the other: each of them once decided the order or the choice.
        string[] ids = ["s_b", "s_a", "s_b1"];
        var run = new RunRow { Id = "r_0123456789abcdef", Base = "tiny", Snapshots = "s_a,s_b1", HoldOutRecords = "[1,2]", Settings = Settings, CreatedAt = DateTimeOffset.UnixEpoch.AddYears(1) };
        await server.Get<DbWriter>().WriteAsync(async (db, stop) =>
        {
            foreach (var (at, id) in ids.Index())
            {
                var entry = db.Append(LedgerFacts.Run(run, [0], new string('0', 64), 1, "started", run.CreatedAt));
                await db.SaveChangesAsync(stop);
                db.Snapshots.Add(new SnapshotRow { Id = id, DatanetId = "d_0", Number = at + 1, EntryId = entry.Id, Manifest = Manifest(at + 1) });
            }

            db.Runs.Add(run);
        }, Cancel);
        await using var read = server.Read();

        var atStart = await StartRun.SnapshotsAsync(read, ["s_b1", "s_a"], Cancel);
        var atEnd = await StartRun.SnapshotsAsync(read, run.SnapshotList, Cancel);

        Assert.Equal(["s_a", "s_b1"], atStart.Select(row => row.Id));
        Assert.Equal(["s_a", "s_b1"], atEnd.Select(row => row.Id));
        await server.Get<FinishRun>().CancelledAsync(run.Id, Cancel);
        var last = await read.LedgerEntries.AsNoTracking().OrderByDescending(row => row.Id).FirstAsync(Cancel);
        var entry = Assert.IsType<RunEntry>(EntryTypes.Parse(last.Bytes));
        Assert.Equal(StartRun.HoldOutRoot(run, atStart), entry.Holdout);
        Assert.Equal(await read.LedgerEntries.Where(row => row.Id == atStart[0].EntryId || row.Id == atStart[1].EntryId).OrderBy(row => row.Id)
            .Select(row => row.Index!.Value).ToListAsync(Cancel), entry.Snapshots);
    }

    [Fact]
    public async Task What_a_run_and_those_before_it_were_trained_on_is_known()
    {
        await server.Get<DbWriter>().WriteAsync((db, _) =>
        {
            db.Runs.Add(new RunRow { Id = "r_1", TrainRecords = "[1,2]" });
            db.Runs.Add(new RunRow { Id = "r_2", TrainRecords = "[2,3]", StartFrom = "r_1" });
            db.Runs.Add(new RunRow { Id = "r_3", TrainRecords = "[4]", StartFrom = "r_2" });
            return Task.CompletedTask;
        }, Cancel);

        Assert.Equal([1, 2, 3, 4], (await server.Get<StartRun>().TrainedAsync("r_3", Cancel)).Order());
        Assert.Empty(await server.Get<StartRun>().TrainedAsync(null, Cancel));
    }

    private static string Settings => System.Text.Json.JsonSerializer.Serialize(new RunSettings(), AssayJson.Options);

    private static string Manifest(int number) => System.Text.Json.JsonSerializer.Serialize(new SnapshotManifest("d_0", number,
        [new ManifestContribution("c_1", number, "a_1", "", "MIT", [new ManifestRecord(number, $"{number:x64}", 0)])]), AssayJson.Options);
}
