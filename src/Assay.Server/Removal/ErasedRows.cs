using System.Text.Json;
using Assay.Data.Validation;
using Assay.Server.Contributions;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Removal;

/// <summary>Blanks what the rows of a removed file hold of it. Hashes, scores, sizes and times stay; they say nothing of the content.</summary>
internal static class ErasedRows
{
    private const string Gone = "The evidence was erased with the file.";

    /// <summary>What a removed file is called.</summary>
    public static string NameOf(ContributionRow row) => $"removed.{row.Type}";

    public static async Task BlankAsync(AssayDb db, ContributionRow row, CancellationToken stop)
    {
        var (name, report) = (NameOf(row), ReportOf(row.Report));
        await db.Records.Where(record => record.ContributionId == row.Id).ExecuteUpdateAsync(set => set
            .SetProperty(record => record.Prompt, "").SetProperty(record => record.Text, "").SetProperty(record => record.Turns, (string?)null), stop);
        await db.Contributions.Where(contribution => contribution.Id == row.Id).ExecuteUpdateAsync(set => set
            .SetProperty(contribution => contribution.FileName, name).SetProperty(contribution => contribution.Salt, Array.Empty<byte>())
            .SetProperty(contribution => contribution.Source, (string?)null).SetProperty(contribution => contribution.IntendedUse, (string?)null)
            .SetProperty(contribution => contribution.Note, (string?)null).SetProperty(contribution => contribution.Language, (string?)null)
            .SetProperty(contribution => contribution.Columns, (string?)null).SetProperty(contribution => contribution.Report, report)
            .SetProperty(contribution => contribution.ExtractionSha256, (string?)null).SetProperty(contribution => contribution.PreviewSha256, (string?)null), stop);

        await db.Overlaps.Where(overlap => overlap.ContributionId == row.Id).ExecuteDeleteAsync(stop);

        // The key of the upload stays, so that a late retry does not contribute the file again; what was declared with it goes.
        await db.Reservations.Where(reservation => reservation.ContributionId == row.Id).ExecuteUpdateAsync(set => set.SetProperty(reservation => reservation.RequestHash, ""), stop);
        await db.Votes.Where(vote => vote.ContributionId == row.Id).ExecuteUpdateAsync(set => set.SetProperty(vote => vote.Reason, ""), stop);
        await db.ReviewCases.Where(round => round.ContributionId == row.Id).ExecuteUpdateAsync(set => set
            .SetProperty(round => round.Appeal, (string?)null).SetProperty(round => round.Reason, (string?)null), stop);
    }

    private static string? ReportOf(string? stored)
    {
        if (stored is null)
        {
            return null;
        }

        var report = JsonSerializer.Deserialize<StoredReport>(stored, InspectionJson.Options)!;
        var blank = report.Report with { Findings = [.. report.Report.Findings.Select(finding => finding with { Evidence = [new Evidence(Gone)] })] };
        return JsonSerializer.Serialize(report with { Report = blank }, InspectionJson.Options);
    }
}
