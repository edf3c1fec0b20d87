using System.Text.Json;
using Assay.Client.Contributions;
using Assay.Data.Validation;
using Assay.Server.Contributions.Comparisons;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Quotas;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>Contributions as the API and the pages show them.</summary>
internal sealed class ContributionViews(IDbContextFactory<AssayDb> reader, QuotaLedger quotas)
{
    public async Task<ContributionView?> OneAsync(string id, Viewer viewer, CancellationToken cancel) =>
        (await ReadAsync(viewer, rows => rows.Where(row => row.Id == id), cancel)).FirstOrDefault();

    public Task<List<ContributionView>> OfAccountAsync(Viewer viewer, int count, CancellationToken cancel) =>
        ReadAsync(viewer, rows => rows.Where(row => row.AccountId == viewer.AccountId).OrderByDescending(row => row.EntryId).Take(count), cancel);

    public Task<List<ContributionView>> OfDatanetAsync(string datanetId, int count, Viewer viewer, CancellationToken cancel) =>
        ReadAsync(viewer, rows => rows.Where(row => row.DatanetId == datanetId).OrderByDescending(row => row.EntryId).Take(count), cancel);

    public async Task<QuotaView> QuotaAsync(string accountId, string? datanetId, CancellationToken cancel)
    {
        var usage = await quotas.UsageAsync(accountId, datanetId, cancel);
        return new QuotaView(Meter(usage.ContributorBytes), Meter(usage.ContributorFiles), Meter(usage.DatanetBytes), usage.ResetsAt,
            usage.FairShareBytes is { } share ? Meter(share) : null);

        static MeterView Meter(QuotaMeter meter) => new(meter.Limit, meter.Used, meter.Cap, meter.Left);
    }

    private async Task<List<ContributionView>> ReadAsync(Viewer viewer, Func<IQueryable<ContributionRow>, IQueryable<ContributionRow>> pick, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var datanets = Readable.Datanets(db, viewer);
        var rows = await pick(Readable.Contributions(db, viewer).AsNoTracking())
            .Select(row => new
            {
                Row = row,
                Datanet = db.Datanets.Where(datanet => datanet.Id == row.DatanetId).Select(datanet => new { datanet.Name, datanet.Accept, datanet.Kind }).First(),
                Inside = datanets.Any(datanet => datanet.Id == row.DatanetId),
                Account = db.Accounts.Where(account => account.Id == row.AccountId).Select(account => account.Name).First(),
                Index = db.LedgerEntries.Where(entry => entry.Id == row.EntryId).Select(entry => entry.Index).First(),
                Verdict = db.LedgerEntries.Where(entry => entry.Id == row.VerdictEntryId).Select(entry => entry.Index).FirstOrDefault(),
                Records = db.Records.Count(record => record.ContributionId == row.Id),
                Ahead = row.DecidedAt == null ? db.Contributions.Count(other => other.DecidedAt == null && other.Removal == null && other.EntryId < row.EntryId) : 0,
            }).ToListAsync(cancel);
        var ids = rows.ConvertAll(item => item.Row.Id);
        var compared = (await db.Overlaps.AsNoTracking().Where(overlap => ids.Contains(overlap.ContributionId) && overlap.OtherId != OverlapRow.Unknown)
            .Select(overlap => new { overlap.ContributionId, overlap.Rule }).Distinct().ToListAsync(cancel)).ToLookup(overlap => overlap.ContributionId, overlap => overlap.Rule);
        return rows.ConvertAll(item =>
        {
            // Who left a private datanet keeps the own file, but not what was found by comparing it with the others.
            var stored = item.Row.Report is null || !item.Inside ? null : JsonSerializer.Deserialize<StoredReport>(item.Row.Report, InspectionJson.Options);
            return new ContributionView(item.Row.Id, item.Row.DatanetId, item.Datanet.Name, item.Row.AccountId, item.Account, item.Row.FileName, item.Row.Type,
                item.Row.Bytes, item.Row.Sha256, item.Row.Licence, JsonNamingPolicy.SnakeCaseLower.ConvertName(item.Row.State.ToString()), item.Row.Score,
                item.Row.ReceivedAt, item.Row.DecidedAt, item.Index, item.Verdict, item.Records,
                [.. (stored?.Report.Findings ?? []).Select(finding => ToView(finding, stored!.Related, stored.Sources, item.Row.Removal is null ? compared[item.Row.Id] : []))],
                FromAnswer: item.Row.FromAnswer,
                QueuePosition: item.Row.DecidedAt is null && item.Row.Removal is null ? item.Ahead + 1 : null,
                Sum: stored is null ? null : ToView(stored.Report.Score, item.Datanet.Accept),
                Kind: item.Datanet.Kind, HasPreview: item.Row.PreviewSha256 is not null, Caption: item.Datanet.Kind != "text" && item.Row.State == ContributionState.Accepted ? item.Row.Note : null, Removal: item.Row.Removal,
                ExtractedFrom: item.Row.ExtractedFrom);
        });
    }

    private static FindingView ToView(ValidationFinding finding, string? related, IReadOnlyDictionary<string, string>? sources, IEnumerable<string> compared) => new(finding.Rule, finding.Version, finding.Score, finding.Weight,
        string.Join(' ', finding.Evidence.Select(evidence => evidence.Text)), finding.Score < 1000 ? finding.Fix : null,
        finding.Rule == "novelty" ? related : finding.Score < 1000 ? sources?.GetValueOrDefault(finding.Rule) : null,
        compared.Contains(finding.Rule));

    internal static ScoreView ToView(ValidationScore score, int accept) => new(score.Sum, score.EvaluatedWeight,
        score.Score < score.Uncapped ? score.Score : null, score.Score < score.Uncapped ? string.Join(", ", score.CappedBy) : null, accept, accept - ValidationPolicy.ReviewBand);
}
