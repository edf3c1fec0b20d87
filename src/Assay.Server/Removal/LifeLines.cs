using System.Globalization;
using Assay.Client.Contributions;
using Assay.Ledger.Entries;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Review;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Layout;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Removal;

/// <summary>GET /api/v1/contributions/{id}/life: received, judged, frozen, trained on, traced, removed; each with its ledger entry.</summary>
internal sealed class LifeLines(IDbContextFactory<AssayDb> reader, IOptions<ReviewOptions> review, TimeProvider clock)
{
    private const string NoCredit = "None yet: this version of Assay keeps no book of rewards. What is counted here is what rewards will rest on.";

    public static void Map(RouteGroupBuilder group) => group.MapGet("/contributions/{id}/life",
        async Task<Results<Ok<LifeView>, ProblemHttpResult>> (string id, CurrentUser user, LifeLines lives, CancellationToken cancel) =>
            await lives.ReadAsync(id, user, cancel) is { } life ? TypedResults.Ok(life) : Refusal.NotFound("contribution", id).ToProblem());

    /// <summary>Null: there is no such contribution.</summary>
    internal async Task<LifeView?> ReadAsync(string id, CurrentUser user, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        if (await Readable.Contributions(db, user.Viewer).AsNoTracking().FirstOrDefaultAsync(contribution => contribution.Id == id, cancel) is not { } row)
        {
            return null;
        }

        var rounds = await db.ReviewCases.AsNoTracking().Where(round => round.ContributionId == id).OrderBy(round => round.Round).ToListAsync(cancel);
        var removals = await db.Removals.AsNoTracking().Where(removal => removal.ContributionId == id).OrderBy(removal => removal.Id).ToListAsync(cancel);
        var versions = await UsedIn.VersionsAsync(db, row.DatanetId, id, cancel);
        var frozen = await db.Snapshots.Where(version => versions.Select(held => held.Id).Contains(version.Id)).Select(version => new { version.Number, version.CreatedAt, version.EntryId }).ToListAsync(cancel);
        var runs = await UsedIn.RunsAsync(db, versions.ConvertAll(version => version.Id), cancel);
        var models = await db.ModelVersions.CountAsync(model => runs.Contains(model.RunId), cancel);
        var answers = await db.Spans.Where(span => db.Records.Any(record => record.Id == span.RecordId && record.ContributionId == id)).Select(span => span.AnswerId).Distinct().CountAsync(cancel);
        var entries = await EntriesAsync(db, [row.EntryId, row.VerdictEntryId, .. rounds.SelectMany(round => (long?[])[round.VerdictBefore, round.VerdictEntryId]),
            .. removals.Select(removal => (long?)removal.EntryId), .. frozen.Select(version => (long?)version.EntryId)], cancel);

        var events = new List<LifeEvent> { new("received", $"Received: {Display.Count(row.Bytes)} bytes under {row.Licence}.", row.ReceivedAt, entries.GetValueOrDefault(row.EntryId)?.Index) };
        events.AddRange(entries.Values.Where(entry => entry.Entry is VerdictEntry { By: VerdictEntry.Auto }).Select(entry => Judged((VerdictEntry)entry.Entry, entry.Index)));
        foreach (var round in rounds)
        {
            events.AddRange(await RoundAsync(db, round, round.VerdictEntryId is { } verdict ? entries.GetValueOrDefault(verdict) : null, cancel));
        }

        events.AddRange(frozen.Select(version => new LifeEvent("version", $"Frozen in version {version.Number} of the datanet.", version.CreatedAt, entries.GetValueOrDefault(version.EntryId)?.Index)));
        events.AddRange(removals.SelectMany(removal => Removed(removal, entries.GetValueOrDefault(removal.EntryId)?.Index)));
        var owner = await db.Datanets.Where(datanet => datanet.Id == row.DatanetId).Select(datanet => datanet.OwnerId).FirstAsync(cancel);
        return new LifeView(id, [.. events.OrderBy(step => step.At)], versions.Count, runs.Count, models, answers, NoCredit,
            user.SignedIn && row.AccountId == user.Id && Appeal.Refuse(row, rounds.Exists(round => round.Kind == ReviewKind.Appeal), 0, review.Value, clock.GetUtcNow()) is null,
            user.SignedIn ? [.. RemovalRules.Allowed(row, user.Id, owner == user.Id, user.Is(Roles.Operator))] : []);
    }

    private static async Task<Dictionary<long, Logged>> EntriesAsync(AssayDb db, List<long?> ids, CancellationToken cancel) =>
        (await db.LedgerEntries.AsNoTracking().Where(entry => ids.Contains(entry.Id)).OrderBy(entry => entry.Id).ToListAsync(cancel))
            .ToDictionary(entry => entry.Id, entry => new Logged(EntryTypes.Parse(entry.Bytes), entry.Index));

    private static LifeEvent Judged(VerdictEntry verdict, long? index) => new("decided", $"The rules found a score of {Display.Score((int)verdict.Score)}: {(verdict.Result == VerdictEntry.Review ? "people decide" : verdict.Result)}.",
        DateTimeOffset.FromUnixTimeMilliseconds(verdict.Timestamp), index);

    private static async Task<List<LifeEvent>> RoundAsync(AssayDb db, ReviewCaseRow round, Logged? verdict, CancellationToken cancel)
    {
        var kind = round.Kind.ToString().ToLowerInvariant();
        var opened = new LifeEvent(kind == "borderline" ? "review" : kind, round.Kind switch
        {
            ReviewKind.Appeal => "The contributor appealed; until people decide the rejection counts.",
            ReviewKind.Audit => "Drawn by chance for a second look; it stays accepted meanwhile.",
            ReviewKind.Approval => "Waits for the datanet's owner, who approves every file.",
            _ => "Waits for the votes of reviewers.",
        }, round.OpenedAt);
        if (round.ClosedAt is not { } closed)
        {
            return [opened];
        }

        var votes = await db.Votes.Where(vote => vote.CaseId == round.Id).Select(vote => vote.Accept).ToListAsync(cancel);
        var how = round.Accepted is not { } accepted ? "The review ended undecided: the file was removed."
            : verdict?.Entry is VerdictEntry { By: VerdictEntry.Votes } ? string.Create(CultureInfo.InvariantCulture,
                $"{(accepted ? "Accepted" : "Rejected")} by {Display.Count(votes.Count, "vote", "votes")} ({votes.Count(vote => vote)} for it, {votes.Count(vote => !vote)} against).")
            : $"{(accepted ? "Accepted" : "Rejected")} by the {(verdict?.Entry as VerdictEntry)?.By}.";
        return [opened, new LifeEvent("decided", how, closed, verdict?.Index)];
    }

    private static IEnumerable<LifeEvent> Removed(RemovalRow removal, long? index)
    {
        yield return new LifeEvent("removed", removal.Kind switch
        {
            RemoveEntry.Withdraw => "Withdrawn by its contributor.",
            RemoveEntry.Takedown => $"Taken down: {removal.Reason.Replace('_', ' ')}.",
            _ => $"Void: {removal.Reason.Replace('_', ' ')}. It counts as rejected from the start.",
        }, removal.At, index);
        if (removal.ErasedAt is { } erased)
        {
            yield return new LifeEvent("erased", "Its content was erased; the hash stays.", erased);
        }
    }

    private sealed record Logged(LedgerEntry Entry, long? Index);
}
