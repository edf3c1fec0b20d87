using System.Globalization;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Server.Contributions;
using Assay.Server.Contributions.DryRuns;
using Assay.Server.Exports;
using Assay.Server.Runs;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Shared.Compute;

/// <summary>The worker protocol: lease, heartbeat, fetch, report. Every call shows the server's secret; every report carries the lease's token.</summary>
internal static class LeaseEndpoints
{
    private const string TokenHeader = "X-Lease-Token";

    /// <summary>Longest accepted body of a worker: what a 10 MiB file says, with its records and their signatures.</summary>
    private const long MaxReport = 128 * 1024 * 1024;

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Lets the server's own workers in and nobody else, before any body is read. A worker sends an answer as slowly as it is made, and
    /// reports on files of 10 MiB.
    /// </summary>
    public static void UseWorkers(this WebApplication app) => app.Use((http, next) =>
    {
        if (!http.Request.Path.StartsWithSegments("/api/leases"))
        {
            return next(http);
        }

        if (!http.RequestServices.GetRequiredService<WorkerSecret>().Matches(http.Request.Headers[WorkerSecret.Header]))
        {
            return Refusal.Forbidden("This address is for the server's own workers.").ToProblem().ExecuteAsync(http);
        }

        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxReport;
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        return next(http);
    });

    public static void MapLeases(this WebApplication app)
    {
        var group = app.MapGroup("/api/leases").ExcludeFromDescription().AllowAnonymous();
        group.MapPost("/next", NextAsync);
        group.MapPost("/{job:long}/heartbeat", HeartbeatAsync);
        group.MapGet("/{job:long}/blob", BlobAsync);
        group.MapPost("/{job:long}/inspection", InspectedAsync);
        group.MapPost("/{job:long}/progress", (long job, TrainProgress progress, HttpContext http, RecordProgress runs, CancellationToken cancel) =>
            TokenAsync(http, token => runs.HandleAsync(job, token, progress, cancel)));
        group.MapPost("/{job:long}/result", (long job, TrainResult result, HttpContext http, FinishRun runs, CancellationToken cancel) =>
            TokenAsync(http, token => runs.FinishAsync(job, token, result, cancel)));
        group.MapPost("/{job:long}/export", (long job, ExportResult result, HttpContext http, FinishExport exports, CancellationToken cancel) =>
            TokenAsync(http, token => exports.FinishAsync(job, token, result, cancel)));
        group.MapPost("/infer/next", NextQuestionAsync);
        group.MapPost("/infer/{id}", AnswerAsync);
    }

    private static async Task<Results<Ok<LeaseGrant>, NoContent>> NextAsync(
        LeaseRequest request, JobQueue jobs, ValidationJobs validations, AdHocInspections adHoc, TrainingJobs trainings, ExportJobs exports, TimeProvider clock, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var until = clock.GetUtcNow() + Wait;
        do
        {
            var changed = jobs.Changed;
            if (await jobs.LeaseAsync(request.Kind, request.Worker, cancel) is { } job)
            {
                var payload = AdHocInspections.Owns(job.Subject) ? await adHoc.PayloadAsync(job)
                    : request.Kind == "validate" ? await validations.PayloadAsync(job, cancel)
                    : request.Kind == "export" ? await exports.PayloadAsync(job, cancel)
                    : await trainings.PayloadAsync(job, cancel);
                if (payload is null)
                {
                    continue; // nobody asks any more
                }

                return TypedResults.Ok(new LeaseGrant(job.Id, job.Token, job.Kind, job.LeasedUntil, payload.Value));
            }

            await Task.WhenAny(changed, Task.Delay(TimeSpan.FromSeconds(2), patience.Token));
        }
        while (clock.GetUtcNow() < until && !cancel.IsCancellationRequested);
        return TypedResults.NoContent();
    }

    private static Task<IResult> HeartbeatAsync(long job, HttpContext http, JobQueue jobs, CancellationToken cancel) =>
        WithTokenAsync(http, async token => await jobs.HeartbeatAsync(job, token, cancel) is { } asked ? TypedResults.Ok(new HeartbeatAnswer(asked.Cancel, asked.Wish)) : Stale());

    private static Task<IResult> BlobAsync(
        long job, HttpContext http, IDbContextFactory<AssayDb> reader, BlobStore blobs, AdHocInspections adHoc, CancellationToken cancel) =>
        WithTokenAsync(http, async token =>
        {
            await using var db = await reader.CreateDbContextAsync(cancel);
            var held = await JobQueue.HeldAsync(db, job, token, cancel);
            if (held is not { Kind: "validate" })
            {
                return Stale();
            }

            if (AdHocInspections.Owns(held.Subject))
            {
                return adHoc.OpenRead(held.Subject) is { } file ? TypedResults.Stream(file) : Stale();
            }

            var sha256 = await db.Contributions.Where(row => row.Id == held.Subject).Select(row => row.Sha256).FirstAsync(cancel);
            return TypedResults.Stream(blobs.OpenRead(sha256));
        });

    private static Task<IResult> InspectedAsync(
        long job, HttpContext http, IDbContextFactory<AssayDb> reader, DecideContribution decide, AdHocInspections adHoc, CancellationToken cancel) =>
        TokenAsync(http, async token =>
        {
            await using var db = await reader.CreateDbContextAsync(cancel);
            return await JobQueue.HeldAsync(db, job, token, cancel) is { Kind: "validate" } held && AdHocInspections.Owns(held.Subject)
                ? await adHoc.AnsweredAsync(held.Subject, http.Request.Body, cancel)
                : await decide.InspectedAsync(job, token, http.Request.Body, cancel);
        });

    private static Task<IResult> TokenAsync(HttpContext http, Func<long, Task<bool>> write) =>
        WithTokenAsync(http, async token => await write(token) ? TypedResults.NoContent() : Stale());

    private static async Task<IResult> WithTokenAsync(HttpContext http, Func<long, Task<IResult>> handle) =>
        long.TryParse(http.Request.Headers[TokenHeader], NumberStyles.None, CultureInfo.InvariantCulture, out var token)
            ? await handle(token)
            : Refusal.Invalid($"The header {TokenHeader} is missing.").ToProblem();

    private static ProblemHttpResult Stale() =>
        Refusal.Conflict("lease_lost", "This lease was given to another worker, or its job ended. Stop; nothing was written.").ToProblem();

    private static async Task<Results<Ok<InferPayload>, NoContent>> NextQuestionAsync(
        LeaseRequest request, InferenceQueue questions, TimeProvider clock, CancellationToken cancel)
    {
        var until = clock.GetUtcNow() + Wait;
        do
        {
            var changed = questions.Changed;
            if (questions.Lease(request.Worker) is { } question)
            {
                return TypedResults.Ok(question);
            }

            await Task.WhenAny(changed, Task.Delay(TimeSpan.FromSeconds(2), cancel));
        }
        while (clock.GetUtcNow() < until && !cancel.IsCancellationRequested);
        return TypedResults.NoContent();
    }

    /// <summary>Reads the worker's answer line by line while it is written.</summary>
    private static async Task<IResult> AnswerAsync(string id, HttpContext http, InferenceQueue questions, CancellationToken cancel)
    {
        using var lines = new StreamReader(http.Request.Body);
        while (await lines.ReadLineAsync(cancel) is { } line)
        {
            var chunk = JsonSerializer.Deserialize<InferChunk>(line, AssayJson.Options)!;
            if (!questions.Deliver(id, chunk))
            {
                return Refusal.Conflict("asker_gone", "Nobody waits for this answer any more.").ToProblem();
            }
        }

        return TypedResults.NoContent();
    }
}
