using Assay.Client.Datanets;
using Assay.Data.FileTypes;
using Assay.Server.Accounts;
using Assay.Server.Contributions;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Quotas;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets.Imports;

/// <summary>/api/v1/datanets/{id}/imports: the owner opens an import, sends files with <c>import=ID</c>, and closes it.</summary>
internal sealed class OwnerImport(IDbContextFactory<AssayDb> reader, DbWriter writer, QuotaLedger quotas, TimeProvider clock)
{
    private const int ShortestLabel = 3, LongestLabel = 120;

    public static void Map(RouteGroupBuilder group)
    {
        group.MapPost("/{id}/imports", async Task<Results<Created<ImportView>, ProblemHttpResult>> (string id, OpenImportRequest request, CurrentUser user, OwnerImport imports, CancellationToken cancel) =>
        {
            var (import, refusal) = await imports.OpenAsync(id, request, user, cancel);
            return refusal is null
                ? TypedResults.Created($"/api/v1/datanets/{id}/imports", (await imports.ListAsync(id, user.Viewer, cancel))!.First(view => view.Id == import))
                : refusal.ToProblem();
        }).RequireAuthorization(Scopes.Contribute);
        group.MapGet("/{id}/imports", async Task<Results<Ok<Page<ImportView>>, ProblemHttpResult>> (string id, CurrentUser user, OwnerImport imports, CancellationToken cancel) =>
            await imports.ListAsync(id, user.Viewer, cancel) is { } list ? TypedResults.Ok(new Page<ImportView>(list)) : Refusal.NotFound("datanet", id).ToProblem());
        group.MapPost("/{id}/imports/{import}/close", async Task<Results<Ok<ImportView>, ProblemHttpResult>> (string id, string import, CurrentUser user, OwnerImport imports, CancellationToken cancel) =>
            await imports.CloseAsync(id, import, user, cancel) is { } refusal
                ? refusal.ToProblem()
                : TypedResults.Ok((await imports.ListAsync(id, user.Viewer, cancel))!.First(view => view.Id == import))).RequireAuthorization(Scopes.Contribute);
    }

    /// <summary>Why a file may not come in with an import; null when it may.</summary>
    public static async Task<Refusal?> RefuseAsync(AssayDb db, string import, string datanetId, string accountId, CancellationToken cancel)
    {
        var row = await db.Imports.AsNoTracking().FirstOrDefaultAsync(other => other.Id == import && other.DatanetId == datanetId && other.AccountId == accountId, cancel);
        return row switch
        {
            null => Refusal.NotFound("import of yours into this datanet", import),
            { ClosedAt: not null } => Refusal.Conflict("import_closed", $"The import '{row.Label}' is closed. Open another one."),
            _ => null,
        };
    }

    public async Task<(string? Id, Refusal? Why)> OpenAsync(string datanetId, OpenImportRequest request, CurrentUser user, CancellationToken cancel)
    {
        var label = request.Label.Trim();
        if (label.Length is < ShortestLabel or > LongestLabel || !DisplayName.IsClean(label))
        {
            return (null, Refusal.Invalid($"The label says what the corpus is, in {ShortestLabel} to {LongestLabel} visible characters."));
        }

        if (await quotas.ImportedAsync(datanetId, cancel) is { Cap: 0 })
        {
            return (null, Refusal.Forbidden("The operator has turned imports off on this installation."));
        }

        return await writer.WriteAsync<(string?, Refusal?)>(async (db, stop) =>
        {
            if (await RefuseOwnerAsync(db, datanetId, user, stop) is { } refusal)
            {
                return (null, refusal);
            }

            var row = new ImportRow { Id = AssayDb.NewId("b_"), DatanetId = datanetId, AccountId = user.Id, Label = label, OpenedAt = clock.GetUtcNow() };
            db.Imports.Add(row);
            return (row.Id, null);
        }, cancel);
    }

    public Task<Refusal?> CloseAsync(string datanetId, string import, CurrentUser user, CancellationToken cancel) => writer.WriteAsync(async (db, stop) =>
    {
        if (await RefuseOwnerAsync(db, datanetId, user, stop) is { } refusal)
        {
            return refusal;
        }

        var row = await db.Imports.FirstOrDefaultAsync(other => other.Id == import && other.DatanetId == datanetId, stop);
        if (row is null)
        {
            return Refusal.NotFound("import", import);
        }

        row.ClosedAt ??= clock.GetUtcNow();
        return null;
    }, cancel);

    /// <summary>The imports of a datanet, newest first; null when there is none that the viewer may read.</summary>
    public async Task<List<ImportView>?> ListAsync(string datanetId, Viewer viewer, CancellationToken cancel)
    {
        var lane = await quotas.ImportedAsync(datanetId, cancel);
        await using var db = await reader.CreateDbContextAsync(cancel);
        if (!await Readable.Datanets(db, viewer).AnyAsync(row => row.Id == datanetId, cancel))
        {
            return null;
        }

        var rows = await db.Imports.AsNoTracking().Where(row => row.DatanetId == datanetId).OrderByDescending(row => row.OpenedAt).ToListAsync(cancel);
        var counts = await db.Contributions.Where(row => row.DatanetId == datanetId && row.ImportId != null).GroupBy(row => new { row.ImportId, row.State })
            .Select(group => new { group.Key.ImportId, group.Key.State, Files = group.Count(), Bytes = group.Sum(row => row.Bytes) }).ToListAsync(cancel);
        return rows.ConvertAll(row =>
        {
            var own = counts.FindAll(count => count.ImportId == row.Id);
            int Of(params ContributionState[] states) => own.Where(count => states.Contains(count.State)).Sum(count => count.Files);
            return new ImportView(row.Id, datanetId, row.Label, row.ClosedAt is null ? "open" : "closed", row.OpenedAt, own.Sum(count => count.Files), own.Sum(count => count.Bytes),
                Of(ContributionState.Accepted), Of(ContributionState.Rejected), Of(ContributionState.Review), Of(ContributionState.Received, ContributionState.Validating), lane.Used, lane.Cap);
        });
    }

    private static async Task<Refusal?> RefuseOwnerAsync(AssayDb db, string datanetId, CurrentUser user, CancellationToken stop)
    {
        var owner = await Readable.Datanets(db, user.Viewer).Where(row => row.Id == datanetId).Select(row => row.OwnerId).FirstOrDefaultAsync(stop);
        return owner is null ? Refusal.NotFound("datanet", datanetId)
            : owner == user.Id ? null
            : Refusal.Forbidden("Only the owner of a datanet brings a corpus into it. Contribute files instead.");
    }
}
