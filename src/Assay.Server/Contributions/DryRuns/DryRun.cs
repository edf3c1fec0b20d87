using System.Globalization;
using Assay.Client.Contributions;
using Assay.Data.FileTypes;
using Assay.Data.Records;
using Assay.Data.Validation;
using Assay.Server.Accounts;
using Assay.Server.Contributions.PersonalData;
using Assay.Server.Datanets;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions.DryRuns;

/// <summary>
/// POST /api/v1/validate: the verdict a file would get, with the index, free of quota and rank. The body is the file itself; nothing of it is kept.
/// </summary>
internal sealed class DryRun(IDbContextFactory<AssayDb> reader, BlobStore blobs, AdHocInspections inspections, DryRunAllowance allowance, PatternSets patterns)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What the contributor would say of the file, in the query.</summary>
    public sealed record Query(
        [property: FromQuery(Name = "datanet")] string Datanet,
        [property: FromQuery(Name = "file_name")] string FileName,
        [property: FromQuery(Name = "licence")] string? Licence,
        [property: FromQuery(Name = "source")] string? Source,
        [property: FromQuery(Name = "intended_use")] string? IntendedUse,
        [property: FromQuery(Name = "note")] string? Note,
        [property: FromQuery(Name = "columns")] string? Columns);

    public static void Map(RouteGroupBuilder group) => group.MapPost("/validate", async Task<Results<Ok<DryRunView>, ProblemHttpResult>> (
        [AsParameters] Query query, HttpContext http, CurrentUser user, DryRun run, CancellationToken cancel) =>
    {
        if (http.Request.ContentLength is not { } length)
        {
            return new Refusal(StatusCodes.Status411LengthRequired, "length_required", "Say how long the file is: Content-Length.").ToProblem();
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = FileGate.DefaultMaximumSize + 1;
        }

        var (view, refusal) = await run.JudgeAsync(user.Viewer, query, length, http.Request.Body, cancel);
        return refusal is null ? TypedResults.Ok(view) : refusal.ToProblem(http.Response);
    }).RequireAuthorization(Scopes.Contribute).RequireRateLimiting(UploadLimit.Name).Accepts<Stream>("application/octet-stream").DisableAntiforgery();

    private async Task<(DryRunView? View, Refusal? Refused)> JudgeAsync(Viewer viewer, Query query, long length, Stream body, CancellationToken cancel)
    {
        DatanetRow? datanet;
        await using (var db = await reader.CreateDbContextAsync(cancel))
        {
            datanet = await Readable.Datanets(db, viewer).AsNoTracking().FirstOrDefaultAsync(row => row.Id == query.Datanet, cancel);
        }

        if (datanet is null)
        {
            return (null, Refusal.NotFound("datanet", query.Datanet));
        }

        if (query.Columns is { Length: > 0 } columns && ColumnMapping.Parse(columns).Problem is { } mapping)
        {
            return (null, Refusal.Invalid($"The columns cannot be used: {mapping}"));
        }

        if (allowance.Take(viewer.AccountId) is { } wait)
        {
            return (null, new Refusal(StatusCodes.Status429TooManyRequests, "dry_runs",
                $"{DryRunAllowance.PerHour} dry runs an hour are free; the next one is in {Math.Ceiling(wait.TotalMinutes).ToString(CultureInfo.InvariantCulture)} minutes. './assay validate' judges offline without a limit.")
            { RetryAfter = wait });
        }

        if (FileGate.CheckDeclared(Question(datanet, query, length, default)) is { } early)
        {
            return (Refused(query, ValidationReport.Refuse(early), null), null);
        }

        var staged = await blobs.StageAsync(body, length, cancel);
        if (staged is null)
        {
            return (null, IntakeGate.TooLong(length));
        }

        try
        {
            return await JudgeStagedAsync(viewer.AccountId, datanet, query, staged, cancel);
        }
        finally
        {
            BlobStore.Discard(staged);
        }
    }

    private async Task<(DryRunView? View, Refusal? Refused)> JudgeStagedAsync(string accountId, DatanetRow datanet, Query query, StagedBlob staged, CancellationToken cancel)
    {
        if (FileGate.Check(Question(datanet, query, staged.Length, staged.Head)) is { } gate)
        {
            return (Refused(query, ValidationReport.Refuse(gate), null), null);
        }

        await using var db = await reader.CreateDbContextAsync(cancel);
        if (await IntakeGate.DuplicateAsync(db, datanet.Id, staged.Sha256, accountId, cancel) is { } duplicate)
        {
            var finding = new ValidationFinding("gate", FileGate.Version, 0, 0, OnZero.Reject, [new Evidence(duplicate.Detail)], "Send something new.");
            return (Refused(query, new ValidationReport(ContributionDecision.Refused, new ValidationScore(0, 0, 0, 0, 0, 0, 0, []), [finding]), (string?)duplicate.More!["contribution"]), null);
        }

        var type = FileTypes.ByName(query.FileName)!;
        var request = new InspectionRequest($"file.{type.Name}", ValidationJobs.ProfileOf(datanet, patterns.InForce.Patterns))
        {
            Context = new ContributionContext(query.Source ?? "", query.Licence ?? "", query.IntendedUse ?? "", query.Note ?? ""),
            Columns = query.Columns is { Length: > 0 } own ? ColumnMapping.Parse(own).Mapping : null,
        };
        if (await inspections.InspectAsync(staged.Path, request, Patience, cancel) is not { } inspection)
        {
            return (null, new Refusal(StatusCodes.Status503ServiceUnavailable, "busy", "The validation is busy with contributed files. Try again in a few minutes.") { RetryAfter = Patience });
        }

        // Compared as if it were contributed now: with everything that is there.
        var row = new ContributionRow { Id = AssayDb.NewId("p_"), DatanetId = datanet.Id, AccountId = accountId, FileName = query.FileName, Type = type.Name, Sha256 = staged.Sha256, EntryId = long.MaxValue };
        var novelty = await Novelty.FindAsync(db, row, inspection, cancel);
        var report = ValidationReport.Decide(inspection.Findings, new ValidationPolicy { Accept = datanet.Accept }, novelty.All());
        return (View(query, report, ContributionViews.ToView(report.Score, datanet.Accept), novelty.Related), null);
    }

    private static GateQuestion Question(DatanetRow datanet, Query query, long size, ReadOnlyMemory<byte> head) =>
        new(query.FileName, size, head, Enum.Parse<DatanetKind>(datanet.Kind, ignoreCase: true)) { Licence = query.Licence, Licences = datanet.LicenceList };

    private static DryRunView Refused(Query query, ValidationReport report, string? related) => View(query, report, null, related);

    private static DryRunView View(Query query, ValidationReport report, ScoreView? sum, string? related) => new(
        DisplayName.Of(query.FileName), report.Decision.ToString().ToLowerInvariant(), report.Score.Score, [report.Score.Least, report.Score.Most],
        [.. report.Findings.Select(finding => new DryRunFinding(finding.Rule, finding.Version, finding.Score, finding.Weight,
            [.. finding.Evidence.Select(evidence => new EvidenceView(evidence.Text, evidence.Start, evidence.End, evidence.Row, evidence.Page))],
            finding.Score < 1000 ? finding.Fix : null))],
        sum, related);
}
