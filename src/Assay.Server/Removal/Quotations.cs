using System.Text.Json;
using Assay.Client;
using Assay.Client.Chat;
using Assay.Client.Datanets;
using Assay.Data.Validation;
using Assay.Server.Contributions;
using Assay.Server.Contributions.Comparisons;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Removal;

/// <summary>What other rows quote of a removed file: reports of later files that resemble it, answers of models that were trained on it, exemplars.</summary>
internal sealed class Quotations(AssayDb db, DbWriter writer, ContributionRow removed, RemovedText text)
{
    private const int Slice = 200;

    /// <param name="runs">The runs that used the file.</param>
    /// <param name="cancel">Between two slices.</param>
    public async Task EraseAsync(IReadOnlyCollection<string> runs, CancellationToken cancel)
    {
        await ReportsAsync(cancel);
        await AnswersAsync(runs, cancel);
        await EvaluationsAsync(runs, cancel);
        await ExemplarsAsync(cancel);
    }

    /// <summary>Only the reports whose findings describe this file, and those from before that was written down.</summary>
    private async Task ReportsAsync(CancellationToken cancel)
    {
        var rules = (await db.Overlaps.AsNoTracking().Where(row => row.OtherId == removed.Id || row.OtherId == OverlapRow.Unknown).Select(row => new { row.ContributionId, row.Rule }).ToListAsync(cancel))
            .ToLookup(row => row.ContributionId, row => row.Rule);
        foreach (var ids in rules.Select(row => row.Key).Chunk(Slice))
        {
            foreach (var row in await db.Contributions.AsNoTracking().Where(row => ids.Contains(row.Id) && row.EntryId > removed.EntryId && row.Report != null)
                .Select(row => new { row.Id, row.Report }).ToListAsync(cancel))
            {
                if (Clean(row.Report!, [.. rules[row.Id]]) is { } report)
                {
                    await writer.WriteAsync((rows, stop) => rows.Contributions.Where(other => other.Id == row.Id).ExecuteUpdateAsync(set => set.SetProperty(other => other.Report, report), stop), cancel);
                }
            }
        }
    }

    /// <summary>The report without quotations; null when it has none. It is not written then: the ledger holds the hash of its bytes.</summary>
    private string? Clean(string stored, HashSet<string> rules)
    {
        var report = JsonSerializer.Deserialize<StoredReport>(stored, InspectionJson.Options)!;
        var quotes = false;
        var findings = report.Report.Findings.Select(finding => finding with
        {
            Evidence = [.. finding.Evidence.Select(evidence =>
            {
                var clean = Clean(evidence, report.Related == removed.Id || rules.Contains(finding.Rule));
                quotes |= clean != evidence.Text;
                return evidence with { Text = clean };
            })],
        }).ToList();
        return quotes ? JsonSerializer.Serialize(report with { Report = report.Report with { Findings = findings } }, InspectionJson.Options) : null;
    }

    /// <summary>The file's name goes, too: it may say what was in it.</summary>
    private string Clean(Evidence evidence, bool named)
    {
        var masked = text.Mask(evidence.Text, keepPlaces: false);
        return removed.FileName == ErasedRows.NameOf(removed) || (masked == evidence.Text && !named)
            ? masked
            : masked.Replace($"'{removed.FileName}'", "a removed file", StringComparison.Ordinal);
    }

    private async Task AnswersAsync(IReadOnlyCollection<string> runs, CancellationToken cancel)
    {
        // A later question of the same person repeats the answers before it, whatever model it goes to.
        var people = await db.Answers.Where(row => row.RunId != null && runs.Contains(row.RunId)).Select(row => row.AccountId).Distinct().ToListAsync(cancel);
        await foreach (var row in db.Answers.AsNoTracking().Where(row => people.Contains(row.AccountId) && row.CreatedAt >= removed.ReceivedAt).AsAsyncEnumerable().WithCancellation(cancel))
        {
            var answer = text.Mask(row.Text, keepPlaces: true); // the spans of the answer name places in it
            var turns = JsonSerializer.Deserialize<List<ChatTurn>>(row.Messages, AssayJson.Options)!;
            var messages = turns.ConvertAll(turn => turn with { Content = text.Mask(turn.Content, keepPlaces: false) });
            if (answer != row.Text || !messages.SequenceEqual(turns))
            {
                var stored = JsonSerializer.Serialize(messages, AssayJson.Options);
                await writer.WriteAsync((rows, stop) => rows.Answers.Where(other => other.Id == row.Id)
                    .ExecuteUpdateAsync(set => set.SetProperty(other => other.Text, answer).SetProperty(other => other.Messages, stored), stop), cancel);
            }
        }
    }

    /// <summary>What the models said while they were trained; a part of a text can stand there without being found.</summary>
    private Task<int> EvaluationsAsync(IReadOnlyCollection<string> runs, CancellationToken cancel) => writer.WriteAsync((rows, stop) =>
        rows.RunEvaluations.Where(row => runs.Contains(row.RunId)).ExecuteUpdateAsync(set => set.SetProperty(row => row.Answers, "[]"), stop), cancel);

    private async Task ExemplarsAsync(CancellationToken cancel)
    {
        foreach (var datanet in await db.Datanets.AsNoTracking().Where(row => row.Exemplars != "[]").Select(row => new { row.Id, row.Exemplars }).ToListAsync(cancel))
        {
            var exemplars = JsonSerializer.Deserialize<List<Exemplar>>(datanet.Exemplars, AssayJson.Options)!;
            var clean = exemplars.ConvertAll(exemplar => exemplar with { Text = text.Mask(exemplar.Text, keepPlaces: false) });
            if (!clean.SequenceEqual(exemplars))
            {
                var stored = JsonSerializer.Serialize(clean, AssayJson.Options);
                await writer.WriteAsync((rows, stop) => rows.Datanets.Where(row => row.Id == datanet.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Exemplars, stored), stop), cancel);
            }
        }
    }
}
