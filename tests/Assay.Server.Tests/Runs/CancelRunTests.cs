using Assay.Client.Runs;
using Assay.Server.Runs;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;

namespace Assay.Server.Tests.Runs;

/// <summary>Cancelling, and what is left of runs that ended.</summary>
public sealed class CancelRunTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_worker_that_still_holds_a_cancelled_run_is_overdue_and_no_other()
    {
        var owner = await server.JoinAsync();
        var (cancelled, other) = (await AddAsync(owner, queue: true), await AddAsync(owner, queue: true));
        var jobs = server.Get<JobQueue>();
        var held = (await jobs.LeaseAsync("train", "train-1", Cancel))!;
        var next = (await jobs.LeaseAsync("train", "train-2", Cancel))!;
        Assert.Equal((cancelled, other), (held.Subject, next.Subject));
        var deadline = server.Get<CancelDeadline>();
        Assert.Null(await deadline.OverdueAsync(held.Id, Cancel));

        Assert.Equal("queued", (await owner.PostAsync<RunView>($"/api/v1/runs/{cancelled}/cancel", new { })).State);

        Assert.Equal("train-1", await deadline.OverdueAsync(held.Id, Cancel));
        Assert.Null(await deadline.OverdueAsync(next.Id, Cancel));
        Assert.True(await server.Get<FinishRun>().FinishAsync(held.Id, held.Token, new("cancelled", null, 0, null, null, null, null), Cancel));
        Assert.Null(await deadline.OverdueAsync(held.Id, Cancel));
        Assert.Equal("cancelled", (await owner.GetAsync<RunView>($"/api/v1/runs/{cancelled}")).State);
    }

    [Theory]
    [InlineData("the worker was killed, most likely because memory ran out", true)]
    [InlineData("the worker ended with exit code 3", false)]
    public void Only_a_worker_that_died_of_memory_asks_for_a_smaller_batch(string reason, bool smaller) =>
        Assert.Equal(smaller, FinishRun.Sentence(reason).Contains("batch_size", StringComparison.Ordinal));

    [Fact]
    public async Task Folders_of_runs_that_ended_or_are_unknown_are_swept_and_those_of_open_runs_stay()
    {
        var owner = await server.JoinAsync();
        var (open, ended) = (await AddAsync(owner, queue: false), await AddAsync(owner, queue: false));
        await server.Get<FinishRun>().CancelledAsync(ended, Cancel);
        foreach (var id in (string[])[open, ended, "r_unknown"])
        {
            var folder = Directory.CreateDirectory(Path.Combine(server.Paths.Work, id, "checkpoints"));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "step-1"), "weights", Cancel);
        }

        await server.Get<Assay.Server.Contributions.Sweep>().RunAsync(TimeSpan.FromHours(1), TimeSpan.FromDays(1), Cancel);

        Assert.Equal([open], Directory.GetDirectories(server.Paths.Work).Select(Path.GetFileName));
    }

    private async Task<string> AddAsync(Person owner, bool queue)
    {
        var run = new RunRow { Id = AssayDb.NewId("r_"), Name = "Harbor", OwnerId = owner.Account.Id, Base = "tiny", Settings = "{}", CreatedAt = DateTimeOffset.UnixEpoch.AddYears(50) };
        await server.Get<DbWriter>().WriteAsync((db, _) =>
        {
            db.Runs.Add(run);
            if (queue)
            {
                JobQueue.Submit(db, "train", run.Id, run.CreatedAt);
            }

            return Task.CompletedTask;
        }, Cancel);
        return run.Id;
    }
}
