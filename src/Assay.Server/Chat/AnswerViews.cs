using Assay.Client.Chat;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Chat;

/// <summary>Answers with their sources, for the account that asked.</summary>
internal sealed class AnswerViews(IDbContextFactory<AssayDb> reader)
{
    private const int ExcerptLength = 400;

    public async Task<AnswerView?> OneAsync(string id, Viewer viewer, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var row = await Readable.Answers(db, viewer).AsNoTracking().FirstOrDefaultAsync(answer => answer.Id == id, cancel);
        if (row is null)
        {
            return null;
        }

        var index = await db.LedgerEntries.Where(entry => entry.Id == row.EntryId).Select(entry => entry.Index).FirstOrDefaultAsync(cancel);
        return new AnswerView(row.Id, row.Model, row.Text, row.StopReason, row.PromptTokens, row.CompletionTokens, row.Seed,
            Changed(row.BaseMillibits, row.TunedMillibits), await SpansAsync(db, id, cancel), index, row.CreatedAt);
    }

    /// <summary>φ: the share of the answer's bits that the adapter bought, in 65536ths rounded down, as a fraction.</summary>
    internal static double Changed(long baseMillibits, long tunedMillibits) =>
        baseMillibits <= 0 ? 0 : Math.Clamp((long)Math.Floor(65536.0 * (baseMillibits - tunedMillibits) / baseMillibits), 0, 65536) / 65536.0;

    private static async Task<List<SpanView>> SpansAsync(AssayDb db, string answerId, CancellationToken cancel)
    {
        var rows = await db.Spans.AsNoTracking().Where(span => span.AnswerId == answerId).OrderBy(span => span.Id)
            .Join(db.Records, span => span.RecordId, record => record.Id, (span, record) => new { span, record })
            .Join(db.Contributions, both => both.record.ContributionId, row => row.Id, (both, row) => new { both.span, both.record, contribution = row })
            .Select(all => new
            {
                all.span,
                all.record.Text,
                Source = new SourceView(all.contribution.Id,
                    db.Accounts.Where(account => account.Id == all.contribution.AccountId).Select(account => account.Name).First(), all.contribution.DatanetId,
                    db.Datanets.Where(datanet => datanet.Id == all.contribution.DatanetId).Select(datanet => datanet.Name).First(), all.contribution.FileName,
                    db.LedgerEntries.Where(entry => entry.Id == all.contribution.EntryId).Select(entry => entry.Index).First() ?? -1, ""),
            }).ToListAsync(cancel);
        return
        [
            .. rows.OrderBy(row => row.span.Id).GroupBy(row => (row.span.Start, row.span.End)).OrderBy(group => group.Key.Start).Select(group => new SpanView(
                group.Key.Start, group.Key.End, group.First().span.Tokens, group.First().span.Millibits / 1000.0,
                [.. group.Select(row => row.Source with { Excerpt = row.Text.Length > ExcerptLength ? row.Text[..ExcerptLength] + "…" : row.Text })])),
        ];
    }
}
