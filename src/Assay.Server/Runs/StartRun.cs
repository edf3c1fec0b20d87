using System.Globalization;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Datanets;
using Assay.Client.Runs;
using Assay.Data.FileTypes;
using Assay.Server.Access;
using Assay.Server.Accounts;
using Assay.Server.Datanets;
using Assay.Server.Datanets.Reading;
using Assay.Server.ModelCatalog;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>POST /api/v1/runs: checks access and settings, fixes the hold-out, and queues the run.</summary>
internal sealed class StartRun(IDbContextFactory<AssayDb> reader, DbWriter writer, BaseModels bases, SnapshotPreviews previews, JobQueue jobs, LedgerSequencer ledger, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/",
        async Task<Results<Created<RunView>, ProblemHttpResult>> (StartRunRequest request, CurrentUser user, StartRun start, RunViews views, CancellationToken cancel) =>
        {
            var (id, refusal) = await start.HandleAsync(request, user, cancel);
            return refusal is null ? TypedResults.Created($"/api/v1/runs/{id}", await views.OneAsync(id!, user.Viewer, cancel)) : refusal.ToProblem();
        }).RequireAuthorization(Scopes.Train);

    internal async Task<(string? RunId, Refusal? Why)> HandleAsync(StartRunRequest request, CurrentUser user, CancellationToken cancel)
    {
        if (request.Name.Trim().Length is < 1 or > 80 || !DisplayName.IsClean(request.Name))
        {
            return (null, Refusal.Invalid("A run needs a name of 1 to 80 characters."));
        }

        var (plan, refusal) = await PlanAsync(request, user, cancel);
        if (plan is null)
        {
            return (null, refusal);
        }

        if (TrainingLook.Refuse(await previews.LookAsync(plan.Train, plan.HoldOut.Count, (plan.Base, plan.Settings), 0, cancel)) is { } nothing)
        {
            return (null, nothing);
        }

        var run = Make(request, user.Id, plan);
        return await QueueAsync(run, plan.Settings, plan.Snapshots, cancel) is { } late ? (null, late) : (run.Id, null);
    }

    /// <summary>What a run of this request would train and hold out, or why there is none.</summary>
    internal async Task<(RunPlan? Plan, Refusal? Why)> PlanAsync(StartRunRequest request, CurrentUser user, CancellationToken cancel)
    {
        if (RefuseOrder(request, user) is { } order)
        {
            return (null, order);
        }

        if (bases.Find(request.Base) is not { } model)
        {
            return (null, Refusal.NotFound("base model", request.Base));
        }

        var settings = RunRules.Complete(request.Settings ?? new RunSettings(), model.Parameters, model.Context);
        if (RunRules.Refuse(settings, model.Context) is { } why)
        {
            return (null, Refusal.Invalid(why));
        }

        await using var db = await reader.CreateDbContextAsync(cancel);
        var wanted = request.Snapshots.Distinct().ToList();
        var snapshots = await Readable.Snapshots(db, user.Viewer).AsNoTracking().Where(row => wanted.Contains(row.Id)).OrderBy(row => row.EntryId).ToListAsync(cancel);
        if (wanted.Find(id => !snapshots.Exists(row => row.Id == id)) is { } missing)
        {
            return (null, Refusal.NotFound("datanet version", missing));
        }

        var refusal = await RefuseKindAsync(db, snapshots, cancel) ?? await RefuseRemovedAsync(db, wanted, request.StartFrom, cancel)
            ?? await RefuseAccessAsync(db, snapshots, user.Id, cancel) ?? await RefuseFurtherAsync(db, request, settings, user.Viewer, cancel);
        return refusal is null ? (await ChooseAsync(request, (model, settings), snapshots, cancel), null) : (null, refusal);
    }

    private static Refusal? RefuseOrder(StartRunRequest request, CurrentUser user) => request switch
    {
        _ when !user.Is(Roles.Builder) => Refusal.Forbidden("Training needs the role 'builder'. Ask the operator for it."),
        { Snapshots.Count: < 1 or > 50 } => Refusal.Invalid("A run needs 1 to 50 datanet versions."),
        { Weights: { } weights } when weights.Count != request.Snapshots.Count || request.Snapshots.Distinct().Count() != request.Snapshots.Count =>
            Refusal.Invalid($"weights has {weights.Count} numbers for {request.Snapshots.Count} versions; give one for each, and each version once."),
        { Weights: { } weights } when weights.Any(weight => weight is not (>= 0.1 and <= 10)) => Refusal.Invalid("A weight is 0.1 to 10: how often the records of a version count."),
        { Priority: < -10 or > 10 } => Refusal.Invalid($"priority is {request.Priority}; it may be -10 to 10."),
        { Priority: > 0 } when !user.Is(Roles.Operator) => Refusal.Forbidden("Only the operator may put a run before others; priority may be -10 to 0."),
        _ => null,
    };

    /// <summary>Removed files are out of every new run: their version is not trained on again, and no run goes on from an adapter that knows them.</summary>
    private static async Task<Refusal?> RefuseRemovedAsync(AssayDb db, IReadOnlyList<string> snapshots, string? startFrom, CancellationToken cancel)
    {
        var version = await db.Snapshots.AsNoTracking().Where(row => snapshots.Contains(row.Id) && row.Removed > 0).OrderBy(row => row.EntryId).FirstOrDefaultAsync(cancel);
        if (version is not null)
        {
            var next = await db.Snapshots.Where(row => row.DatanetId == version.DatanetId && row.Number > version.Number && row.Removed == 0)
                .OrderByDescending(row => row.Number).Select(row => new { row.Number, row.Id }).FirstOrDefaultAsync(cancel);
            return Refusal.Conflict("removed_content", $"{version.Removed} of the files of version {version.Number} of the datanet '{version.DatanetId}' were removed since. "
                + (next is null ? "Ask its owner to freeze the next version, which is without them." : $"Use version {next.Number} ('{next.Id}'), which is without them."));
        }

        return await db.Runs.AnyAsync(row => row.Id == startFrom && row.Removed > 0, cancel)
            ? Refusal.Conflict("removed_content", $"The run '{startFrom}' was trained on files that were removed since, and its adapter is not trained further. Start a fresh run.")
            : null;
    }

    private static async Task<Refusal?> RefuseKindAsync(AssayDb db, List<SnapshotRow> snapshots, CancellationToken cancel)
    {
        var ids = snapshots.ConvertAll(row => row.DatanetId);
        var other = await db.Datanets.Where(row => ids.Contains(row.Id) && row.Kind != "text").Select(row => new { row.Name, row.Kind }).FirstOrDefaultAsync(cancel);
        return other is null
            ? null
            : Refusal.Conflict("not_trainable", $"'{other.Name}' is an {other.Kind} datanet, and models are trained on text only. Its files are judged, compared, ranked and exported; choose versions of text datanets.");
    }

    private async Task<Refusal?> RefuseAccessAsync(AssayDb db, List<SnapshotRow> snapshots, string userId, CancellationToken cancel)
    {
        foreach (var datanet in snapshots.Select(row => row.DatanetId).Distinct())
        {
            if (!await AccessModule.MayTrainAsync(db, userId, datanet, clock.GetUtcNow(), cancel))
            {
                return new Refusal(StatusCodes.Status403Forbidden, "no_access",
                    $"You may not train on the datanet '{datanet}'. Ask its owner with POST /api/v1/datanets/{datanet}/access.");
            }
        }

        return null;
    }

    private static async Task<Refusal?> RefuseFurtherAsync(AssayDb db, StartRunRequest request, RunSettings settings, Viewer viewer, CancellationToken cancel)
    {
        if (request.StartFrom is not { } earlier)
        {
            return null;
        }

        var from = await Readable.Runs(db, viewer).AsNoTracking().FirstOrDefaultAsync(row => row.Id == earlier, cancel);
        if (from is not { State: RunState.Succeeded or RunState.Stopped } || from.Base != request.Base)
        {
            return Refusal.Conflict("start_from", $"The run '{earlier}' is not a run of yours with a result on the base '{request.Base}'.");
        }

        return RunRules.RefuseFurther(settings, JsonSerializer.Deserialize<RunSettings>(from.Settings, AssayJson.Options)!) is { } why
            ? Refusal.Conflict("start_from", why)
            : null;
    }

    private async Task<RunPlan> ChooseAsync(StartRunRequest request, (BaseModel Base, RunSettings Settings) on, List<SnapshotRow> snapshots, CancellationToken cancel)
    {
        var manifests = snapshots.ConvertAll(row => row.ReadManifest());
        var holdOut = HoldOut.Choose(manifests, on.Settings.HoldOut, await TrainedAsync(request.StartFrom, cancel));
        var weights = snapshots.ConvertAll(row => request.Weights?[request.Snapshots.ToList().IndexOf(row.Id)] ?? 1);
        var train = RecordSelection.Choose([.. manifests.Zip(weights)], holdOut, await ScoresAsync(manifests, cancel), on.Settings);
        List<long> held = [.. manifests.SelectMany(item => item.Contributions).SelectMany(item => item.Records).Select(record => record.Id).Distinct().Where(holdOut.Contains)];
        return new RunPlan(on.Base, on.Settings, snapshots, weights, [.. snapshots.Select(row => row.DatanetId).Concat(await LearntAsync(request.StartFrom, cancel)).Distinct()], train, held);
    }

    private RunRow Make(StartRunRequest request, string userId, RunPlan plan) => new()
    {
        Id = AssayDb.NewId("r_"),
        Name = request.Name.Trim(),
        OwnerId = userId,
        Base = plan.Base.Name,
        Snapshots = string.Join(',', plan.Snapshots.Select(row => row.Id)),
        Datanets = string.Join(',', plan.Datanets),
        Settings = JsonSerializer.Serialize(plan.Settings, AssayJson.Options),
        Weights = request.Weights is null ? "" : string.Join(',', plan.Weights.Select(weight => weight.ToString("R", CultureInfo.InvariantCulture))),
        Priority = request.Priority,
        StartFrom = request.StartFrom,
        TrainRecords = JsonSerializer.Serialize(plan.Train),
        HoldOutRecords = JsonSerializer.Serialize(plan.HoldOut),
        TrainCount = plan.Train.Count,
        HoldOutCount = plan.HoldOut.Count,
        CreatedAt = clock.GetUtcNow(),
    };

    private async Task<Dictionary<string, int>> ScoresAsync(List<SnapshotManifest> manifests, CancellationToken cancel)
    {
        var ids = manifests.SelectMany(item => item.Contributions).Select(item => item.Id).ToList();
        await using var db = await reader.CreateDbContextAsync(cancel);
        return await db.Contributions.Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id, row => row.Score ?? 0, cancel);
    }

    /// <summary>The datanets that a run's adapter knows.</summary>
    private async Task<string[]> LearntAsync(string? runId, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        return (await db.Runs.Where(row => row.Id == runId).Select(row => row.Datanets).FirstOrDefaultAsync(cancel) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Every record that a run or one of those it goes on from was trained on.</summary>
    internal async Task<HashSet<long>> TrainedAsync(string? runId, CancellationToken cancel)
    {
        var trained = new HashSet<long>();
        await using var db = await reader.CreateDbContextAsync(cancel);
        while (runId is { } id)
        {
            var run = await db.Runs.AsNoTracking().Where(row => row.Id == id).Select(row => new { row.TrainRecords, row.StartFrom }).FirstAsync(cancel);
            trained.UnionWith(JsonSerializer.Deserialize<List<long>>(run.TrainRecords)!);
            runId = run.StartFrom;
        }

        return trained;
    }

    /// <returns>Why it was not queued: a file was removed in the meantime.</returns>
    private async Task<Refusal?> QueueAsync(RunRow run, RunSettings settings, List<SnapshotRow> snapshots, CancellationToken cancel)
    {
        var indices = new List<long>();
        foreach (var snapshot in snapshots)
        {
            indices.Add(await ledger.IndexOfAsync(snapshot.EntryId, cancel));
        }

        var holdOutRoot = HoldOutRoot(run, snapshots);
        var refused = await writer.WriteAsync(async (rows, stop) =>
        {
            if (await RefuseRemovedAsync(rows, run.SnapshotList, run.StartFrom, stop) is { } removed)
            {
                return removed;
            }

            var entry = rows.Append(LedgerFacts.Run(run, indices, holdOutRoot, settings.Seed, "started", run.CreatedAt));
            await rows.SaveChangesAsync(stop); // the entry's row id
            run.EntryId = entry.Id;
            rows.Runs.Add(run);
            JobQueue.Submit(rows, "train", run.Id, run.CreatedAt, run.Priority);
            return null;
        }, cancel);
        jobs.Wake();
        ledger.Wake();
        return refused;
    }

    /// <summary>A run's versions in ledger order, the same at its start and at its end: hold-out root and list of indexes follow it.</summary>
    internal static Task<List<SnapshotRow>> SnapshotsAsync(AssayDb db, IReadOnlyList<string> ids, CancellationToken cancel) =>
        db.Snapshots.AsNoTracking().Where(row => ids.Contains(row.Id)).OrderBy(row => row.EntryId).ToListAsync(cancel);

    /// <summary>RFC 6962 root over the hashes of the held-out records, in manifest order.</summary>
    internal static string HoldOutRoot(RunRow run, IEnumerable<SnapshotRow> snapshots)
    {
        var held = JsonSerializer.Deserialize<HashSet<long>>(run.HoldOutRecords)!;
        return SnapshotContent.RootOf(snapshots.SelectMany(row => row.ReadManifest().Contributions).SelectMany(item => item.Records)
            .Where(record => held.Contains(record.Id)).DistinctBy(record => record.Id).Select(record => record.Sha256));
    }
}
