using Assay.Client.Contributions;
using Assay.Ledger.Entries;
using Assay.Server.Accounts;
using Assay.Server.Contributions;
using Assay.Server.Datanets.Reading;
using Assay.Server.Review;
using Assay.Server.Runs;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Removal;

/// <summary>
/// POST /api/v1/contributions/{id}/removal: withdraws a file, takes it down or voids it. The decision is one transaction with its ledger entry; from
/// then on no new version and no new run has the file. Then its content is erased; the answer comes when that is done, or says that it still goes on.
/// </summary>
internal sealed class RemoveContribution(IDbContextFactory<AssayDb> reader, DbWriter writer, LedgerSequencer ledger, Erasure erasure, FinishRun finish,
    CancelDeadline deadline, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/contributions/{id}/removal",
        async Task<Results<Ok<ContributionView>, ProblemHttpResult>> (string id, RemovalRequest request, CurrentUser user, RemoveContribution remove, ContributionViews views, CancellationToken cancel) =>
            await remove.HandleAsync(id, request, user, cancel) is { } refusal ? refusal.ToProblem() : TypedResults.Ok(await views.OneAsync(id, user.Viewer, cancel))).RequireAuthorization(Scopes.Contribute);

    /// <returns>Why nothing was removed; null when it was.</returns>
    internal async Task<Refusal?> HandleAsync(string id, RemovalRequest request, CurrentUser user, CancellationToken cancel)
    {
        long index;
        await using (var db = await reader.CreateDbContextAsync(cancel))
        {
            var entry = await Readable.Contributions(db, user.Viewer).Where(row => row.Id == id).Select(row => (long?)row.EntryId).FirstOrDefaultAsync(cancel);
            if (entry is null)
            {
                return Refusal.NotFound("contribution", id);
            }

            index = await ledger.IndexOfAsync(entry.Value, cancel);
        }

        var reason = request.Reason ?? (RemovalRules.Reasons.TryGetValue(request.Kind, out var reasons) ? reasons[0] : "");
        var (refused, jobs) = await writer.WriteAsync((db, stop) => MarkAsync(db, id, new Decision(request.Kind, reason, user.Id, user.Is(Roles.Operator), index, clock.GetUtcNow()), stop), cancel);
        if (refused is not null)
        {
            return refused;
        }

        ledger.Wake();
        foreach (var (job, run, waits) in jobs)
        {
            if (waits)
            {
                await finish.CancelledAsync(run, CancellationToken.None);
            }
            else
            {
                deadline.Watch(job);
            }
        }

        await erasure.EraseAsync(cancel);
        return null;
    }

    private static async Task<(Refusal? Why, List<(long Job, string Run, bool Waits)> Jobs)> MarkAsync(AssayDb db, string id, Decision decision, CancellationToken stop)
    {
        var row = await db.Contributions.FirstAsync(contribution => contribution.Id == id, stop);
        var owner = await db.Datanets.Where(datanet => datanet.Id == row.DatanetId).Select(datanet => datanet.OwnerId).FirstAsync(stop);
        if (RemovalRules.Refuse(row, decision.Kind, decision.Reason, RemovalRules.Allowed(row, decision.ById, owner == decision.ById, decision.IsOperator)) is { } why)
        {
            return (why, []);
        }

        var entry = db.Append(new RemoveEntry(decision.Index, decision.Kind, decision.Reason, decision.ById) { Timestamp = decision.At.ToUnixTimeMilliseconds() });
        await db.SaveChangesAsync(stop); // the entry's row id
        db.Removals.Add(new RemovalRow { ContributionId = id, Kind = decision.Kind, Reason = decision.Reason, ById = decision.ById, At = decision.At, EntryId = entry.Id });
        var first = row.Removal is null;
        row.Removal = decision.Kind;
        if (!first)
        {
            return (null, []); // a file withdrawn before is voided: everything below has been done
        }

        await DuplicateIndex.RemoveAsync(db, id, stop);
        await db.PictureHashes.Where(hash => hash.ContributionId == id).ExecuteDeleteAsync(stop);
        await db.SoundPrints.Where(print => print.ContributionId == id).ExecuteDeleteAsync(stop);
        await db.Sounds.Where(sound => sound.ContributionId == id).ExecuteDeleteAsync(stop);
        await db.Jobs.Where(job => job.Kind == "validate" && job.Subject == id && (job.State == JobState.Queued || job.State == JobState.Running))
            .ExecuteUpdateAsync(set => set.SetProperty(job => job.State, JobState.Cancelled).SetProperty(job => job.Cancel, true), stop);
        await ReviewCases.EndAsync(db, id, decision.At, stop);
        return (null, await FlagAsync(db, row, stop));
    }

    /// <summary>Flags the versions that hold the file, and every run that was trained on one of them or goes on from such a run; stops those that have not ended.</summary>
    private static async Task<List<(long Job, string Run, bool Waits)>> FlagAsync(AssayDb db, ContributionRow row, CancellationToken stop)
    {
        var inManifest = $"\"{row.Id}\"";
        var versions = await db.Snapshots.Where(snapshot => snapshot.DatanetId == row.DatanetId && snapshot.Manifest.Contains(inManifest)).Select(snapshot => snapshot.Id).ToListAsync(stop);
        await db.Snapshots.Where(snapshot => versions.Contains(snapshot.Id)).ExecuteUpdateAsync(set => set.SetProperty(snapshot => snapshot.Removed, snapshot => snapshot.Removed + 1), stop);
        var runs = await UsedIn.RunsAsync(db, versions, stop);
        await db.Runs.Where(run => runs.Contains(run.Id)).ExecuteUpdateAsync(set => set.SetProperty(run => run.Removed, run => run.Removed + 1), stop);

        var stopped = new List<(long, string, bool)>();
        var paused = await db.Runs.Where(run => runs.Contains(run.Id) && run.State == RunState.Paused).Select(run => run.Id).ToListAsync(stop);
        foreach (var job in await db.Jobs.Where(job => job.Kind == "train" && runs.Contains(job.Subject) && (job.State == JobState.Queued || job.State == JobState.Running
            || (paused.Contains(job.Subject) && !db.Jobs.Any(later => later.Kind == "train" && later.Subject == job.Subject && later.Id > job.Id)))).ToListAsync(stop))
        {
            var waits = job.State != JobState.Running;
            (job.Cancel, job.State) = (true, waits ? JobState.Cancelled : job.State);
            stopped.Add((job.Id, job.Subject, waits));
        }

        return stopped;
    }

    private sealed record Decision(string Kind, string Reason, string ById, bool IsOperator, long Index, DateTimeOffset At);
}
