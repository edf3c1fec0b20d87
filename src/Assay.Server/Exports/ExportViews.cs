using Assay.Client.Models;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Exports;

/// <summary>Exports as the API and the pages show them: to whoever may see their run.</summary>
internal sealed class ExportViews(IDbContextFactory<AssayDb> reader)
{
    public async Task<ExportView?> OneAsync(string id, Viewer viewer, CancellationToken cancel) =>
        (await ReadAsync(viewer, rows => rows.Where(row => row.Id == id), cancel)).FirstOrDefault();

    public Task<List<ExportView>> OfRunAsync(string runId, Viewer viewer, CancellationToken cancel) =>
        ReadAsync(viewer, rows => rows.Where(row => row.RunId == runId).OrderByDescending(row => row.CreatedAt).Take(100), cancel);

    private async Task<List<ExportView>> ReadAsync(Viewer viewer, Func<IQueryable<ExportRow>, IQueryable<ExportRow>> pick, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var runs = Readable.Runs(db, viewer);
        var rows = await pick(db.Exports.AsNoTracking().Where(row => runs.Any(run => run.Id == row.RunId))).Select(row => new
        {
            Row = row,
            Index = db.LedgerEntries.Where(entry => entry.Id == row.EntryId).Select(entry => entry.Index).FirstOrDefault(),
        }).ToListAsync(cancel);
        return rows.ConvertAll(item => new ExportView(item.Row.Id, item.Row.RunId, item.Row.Format, item.Row.Type, item.Row.State, item.Row.CreatedAt, item.Row.EndedAt,
            item.Row.Failure, item.Row.ReadParity(), item.Row.ReadFiles(), item.Index));
    }
}
