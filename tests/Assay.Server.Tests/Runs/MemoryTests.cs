using System.Net;
using Assay.Client.Runs;

namespace Assay.Server.Tests.Runs;

public sealed class MemoryTests
{
    [Fact]
    public async Task A_run_that_needs_more_memory_than_it_may_have_ends_with_a_sentence_and_the_site_stays_up()
    {
        await using var server = await RealWorkers.StartAsync(TinyBase.Setting, "Compute:TrainMemoryMiB=450", "Compute:ValidateMemoryMiB=512");
        TinyBase.Write(server);
        var frozen = await MakeAsync(server);
        var run = await frozen.Owner.PostAsync<RunView>("/api/v1/runs", frozen.Run(new RunSettings { Rank = 4, MaxSteps = 2, BatchSize = 512, GradientAccumulation = 1, CutOff = 256 }));

        var ended = await Eventually.GetAsync(async () =>
        {
            using var health = await server.Anonymous.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
            return await frozen.Owner.GetAsync<RunView>($"/api/v1/runs/{run.Id}") is { EndedAt: not null } now ? now : null;
        }, TimeSpan.FromMinutes(3));

        Assert.Equal("failed", ended.State);
        Assert.Contains("memory", ended.Failure, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("batch_size", ended.Failure, StringComparison.Ordinal);
    }

    private static async Task<Frozen> MakeAsync(AssayServer server)
    {
        var owner = await server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Testing.Repository.Root, "samples", "text", "careful"), "*.md").Order(StringComparer.Ordinal))
        {
            var id = (await owner.ContributeAsync(datanet.Id, Path.GetFileName(file), await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken))).Id;
            await Eventually.TrueAsync(async () => (await owner.ContributionAsync(id)).DecidedAt is not null);
        }

        return new Frozen(owner, datanet, await owner.PostAsync<Client.Datanets.SnapshotView>($"/api/v1/datanets/{datanet.Id}/snapshots", new { }));
    }
}
