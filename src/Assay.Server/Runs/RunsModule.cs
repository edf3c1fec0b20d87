using System.Text.Json;
using Assay.Client;
using Assay.Client.Datanets;
using Assay.Client.Runs;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Live;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>Fine-tuning runs.</summary>
internal static class RunsModule
{
    private static readonly string[] AdapterFiles = ["adapter_config.json", "adapter_model.safetensors"];

    public static void AddRuns(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RunFeed>();
        builder.Services.AddSingleton<RunViews>();
        builder.Services.AddSingleton<RunPresets>();
        builder.Services.AddSingleton<StartRun>();
        builder.Services.AddSingleton<TrainingJobs>();
        builder.Services.AddSingleton<LookAtRun>();
        builder.Services.AddSingleton<RecordProgress>();
        builder.Services.AddSingleton<FinishRun>();
        builder.Services.AddSingleton<PauseRun>();
        builder.Services.AddSingleton<ResumeRun>();
        builder.Services.AddSingleton<StopRun>();
        builder.Services.AddSingleton<ReadEvaluations>();
        builder.Services.AddSingleton<StopWithoutAccess>();
        builder.Services.AddSingleton<CancelDeadline>();
    }

    public static void MapRuns(this WebApplication app)
    {
        var group = app.MapGroup("/api/v1/runs").WithTags("Runs").RequireAuthorization(Scopes.Read);
        StartRun.Map(group);
        CancelRun.Map(group);
        LookAtRun.Map(group);
        PauseRun.Map(group);
        ResumeRun.Map(group);
        StopRun.Map(group);
        ReadEvaluations.Map(group);
        TrainWithout.Map(group);
        RunEvents.Map(group);
        group.MapGet("/settings", () => TypedResults.Ok(RunSettingList.All));
        group.MapGet("/", async Task<Ok<Page<RunView>>> (CurrentUser user, RunViews views, CancellationToken cancel) =>
            TypedResults.Ok(new Page<RunView>(await views.OfAccountAsync(user.Viewer, cancel))));
        group.MapGet("/{id}", async Task<Results<Ok<RunView>, ProblemHttpResult>> (string id, CurrentUser user, RunViews views, CancellationToken cancel) =>
            await views.OneAsync(id, user.Viewer, cancel) is { } view ? TypedResults.Ok(view) : Refusal.NotFound("run", id).ToProblem());
        group.MapGet("/{id}/points", PointsAsync);
        group.MapGet("/{id}/records", RecordsAsync);
        group.MapGet("/{id}/adapter/{file}", async Task<Results<PhysicalFileHttpResult, ProblemHttpResult>> (
            string id, string file, CurrentUser user, RunViews views, TrainingJobs files, CancellationToken cancel) =>
            await views.OneAsync(id, user.Viewer, cancel) is { ModelName: not null } && AdapterFiles.Contains(file)
                ? TypedResults.PhysicalFile(Path.Combine(files.AdapterFolder(id), file), "application/octet-stream", file)
                : Refusal.NotFound("adapter file", file).ToProblem());
    }

    private static async Task<Results<Ok<List<RunPoint>>, ProblemHttpResult>> PointsAsync(
        string id, CurrentUser user, RunViews views, AssayDb db, CancellationToken cancel)
    {
        if (await views.OneAsync(id, user.Viewer, cancel) is null)
        {
            return Refusal.NotFound("run", id).ToProblem();
        }

        var rows = await db.RunEvents.AsNoTracking().Where(row => row.RunId == id).OrderBy(row => row.Id).Select(row => row.Point).ToListAsync(cancel);
        return TypedResults.Ok(rows.ConvertAll(point => JsonSerializer.Deserialize<RunPoint>(point, AssayJson.Options)!));
    }

    private static async Task<Results<Ok<List<RunRecord>>, ProblemHttpResult>> RecordsAsync(string id, CurrentUser user, AssayDb db, CancellationToken cancel)
    {
        var run = await Readable.Runs(db, user.Viewer).AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, cancel);
        if (run is null)
        {
            return Refusal.NotFound("run", id).ToProblem();
        }

        var held = JsonSerializer.Deserialize<HashSet<long>>(run.HoldOutRecords)!;
        var all = JsonSerializer.Deserialize<List<long>>(run.TrainRecords)!.Concat(held).ToList();
        var rows = await db.Records.AsNoTracking().Where(row => all.Contains(row.Id)).OrderBy(row => row.Id).ToListAsync(cancel);
        return TypedResults.Ok(rows.ConvertAll(row => new RunRecord(row.Id, row.ContributionId, row.Prompt, held.Contains(row.Id))));
    }
}
