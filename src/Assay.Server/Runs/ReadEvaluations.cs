using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Client.Runs;
using Assay.Server.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>GET /api/v1/runs/{id}/evaluations: hold-out losses on the way, with the records that were easiest and hardest and what the model said.</summary>
internal sealed class ReadEvaluations(IDbContextFactory<AssayDb> reader, TrainingJobs files, RenderedText rendered)
{
    public static void Map(RouteGroupBuilder group) => group.MapGet("/{id}/evaluations",
        async Task<Results<Ok<IReadOnlyList<RunEvaluation>>, ProblemHttpResult>> (string id, CurrentUser user, RunViews views, ReadEvaluations read, CancellationToken cancel) =>
            await views.OneAsync(id, user.Viewer, cancel) is { } run ? TypedResults.Ok(await read.OfRunAsync(run, cancel)) : Refusal.NotFound("run", id).ToProblem());

    /// <summary>In the order of the steps.</summary>
    internal async Task<IReadOnlyList<RunEvaluation>> OfRunAsync(RunView run, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var rows = await db.RunEvaluations.AsNoTracking().Where(row => row.RunId == run.Id).OrderBy(row => row.Step).ToListAsync(cancel);
        var parsed = rows.ConvertAll(row => (Row: row, Best: Read<RecordLoss>(row.Best), Worst: Read<RecordLoss>(row.Worst), Answers: Read<RecordAnswer>(row.Answers)));
        var ids = parsed.SelectMany(item => item.Best.Concat(item.Worst).Select(one => one.RecordId).Concat(item.Answers.Select(one => one.RecordId))).Distinct().ToList();
        var records = await db.Records.AsNoTracking().Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id, cancel);
        var best = rows.Where(row => row.Step > 0).MinBy(row => row.HoldOutLoss ?? double.MaxValue);
        return [.. parsed.Select(item => new RunEvaluation(item.Row.Step, item.Row.HoldOutLoss, item.Row == best && best.HoldOutLoss is not null,
            files.CheckpointFolder(run.Id, item.Row.Step) is null ? null : CheckpointName.Of(run.Id, item.Row.Step), item.Row.CreatedAt,
            [.. item.Best.Select(one => Show(one.RecordId, one.Loss, null))],
            [.. item.Worst.Select(one => Show(one.RecordId, one.Loss, null))],
            [.. item.Answers.Select(one => Show(one.RecordId, null, one.Text))]))];

        EvaluatedRecord Show(long id, double? loss, string? answer) => records.TryGetValue(id, out var record)
            ? new EvaluatedRecord(id, record.ContributionId, loss, rendered.Of(record, record.Prompt), rendered.Of(record, record.Text), answer)
            : new EvaluatedRecord(id, "", loss, "", "", answer);
    }

    private static List<T> Read<T>(string json) => JsonSerializer.Deserialize<List<T>>(json, AssayJson.Options)!;
}
