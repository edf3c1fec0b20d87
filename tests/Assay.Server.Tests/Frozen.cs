using Assay.Client.Access;
using Assay.Client.Datanets;
using Assay.Client.Runs;

namespace Assay.Server.Tests;

/// <summary>A datanet with accepted files and a frozen version, ready to be trained on.</summary>
internal sealed record Frozen(Person Owner, DatanetView Datanet, SnapshotView Snapshot)
{
    private static readonly string[] Files = ["careful/01-tide-gauge.md", "careful/02-buoy.md", "careful/03-weather-station.md", "careful/04-harbour-log.md"];

    /// <summary>Contributes the first four careful samples, decides them and freezes version 1.</summary>
    public static async Task<Frozen> MakeAsync(AssayServer server)
    {
        var owner = await server.JoinAsync();
        var datanet = await owner.OpenSamplesAsync();
        foreach (var file in Files)
        {
            await owner.ContributeAsync(datanet.Id, file, Texts.Sample(file));
        }

        await server.ValidateAsync();
        return new Frozen(owner, datanet, await owner.PostAsync<SnapshotView>($"/api/v1/datanets/{datanet.Id}/snapshots", new { }));
    }

    /// <summary>A person who was granted access.</summary>
    public async Task<Person> BuilderAsync(AssayServer server)
    {
        var builder = await server.JoinAsync();
        var asked = await builder.PostAsync<AccessView>($"/api/v1/datanets/{Datanet.Id}/access", new AccessRequest(Purpose, true));
        await Owner.PostAsync<AccessView>($"/api/v1/access/{asked.Id}", new AccessDecision("grant"));
        return builder;
    }

    /// <summary>A run of a few steps on the tiny base.</summary>
    public StartRunRequest Run(RunSettings? settings = null) => new(TinyBase.Name, [Snapshot.Id], "Harbor helper",
        settings ?? new RunSettings { Rank = 4, MaxSteps = 4, BatchSize = 2, GradientAccumulation = 1, CutOff = 128, CheckpointEvery = 1 });

    /// <summary>Long enough to be a purpose.</summary>
    public const string Purpose = "A small assistant that answers questions about the Harbor library in our documentation.";
}
