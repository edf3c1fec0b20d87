using System.Text;
using Assay.Client.Contributions;
using Assay.Data.Validation;
using Assay.Server.Accounts;
using Assay.Server.Contributions.DryRuns;
using Assay.Server.Shared;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions.Extraction;

/// <summary>
/// POST /api/v1/contributions/{id}/extracted-text: contributes the text of a rejected PDF without its pictures, as a new .txt file under the normal
/// rules, limits and gates. The worker takes the text out; the server never parses the file.
/// </summary>
internal sealed class SendExtractedText(IDbContextFactory<AssayDb> reader, BlobStore blobs, AdHocInspections inspections, Intake intake)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static void Map(RouteGroupBuilder group) => group.MapPost("/contributions/{id}/extracted-text", async Task<Results<Accepted<ContributionView>, ProblemHttpResult>> (
        string id, HttpResponse response, CurrentUser user, SendExtractedText send, ContributionViews views, CancellationToken cancel) =>
    {
        var outcome = await send.HandleAsync(id, user, cancel);
        return outcome.Refused is { } refusal
            ? refusal.ToProblem(response)
            : TypedResults.Accepted($"/api/v1/contributions/{outcome.ContributionId}", await views.OneAsync(outcome.ContributionId!, user.Viewer, cancel));
    }).RequireAuthorization(Scopes.Contribute);

    /// <summary>Takes the text out and contributes it. Repeated, it finds the contribution of the first time.</summary>
    public async Task<IntakeOutcome> HandleAsync(string id, CurrentUser user, CancellationToken cancel)
    {
        ContributionRow? row;
        ValidationProfile profile;
        await using (var db = await reader.CreateDbContextAsync(cancel))
        {
            row = await db.Contributions.AsNoTracking().FirstOrDefaultAsync(contribution => contribution.Id == id && contribution.AccountId == user.Id, cancel);
            if (row is null)
            {
                return IntakeOutcome.Refuse(Refusal.NotFound("contribution of yours", id));
            }

            var datanet = await db.Datanets.AsNoTracking().FirstAsync(other => other.Id == row.DatanetId, cancel);
            profile = new ValidationProfile(datanet.Purpose) { IgnorePdfImages = true };
        }

        if (row is not { Type: "pdf", State: ContributionState.Rejected })
        {
            return IntakeOutcome.Refuse(Refusal.Conflict("not_rejected_pdf", $"This is a .{row.Type} file that is {row.State.ToString().ToLowerInvariant()}; the text is taken out of rejected PDFs."));
        }

        if (!blobs.Exists(row.Sha256))
        {
            return IntakeOutcome.Refuse(new Refusal(StatusCodes.Status410Gone, "erased", "The content of this contribution was erased. Send the file again."));
        }

        var inspection = await inspections.InspectAsync(blobs.PathOf(row.Sha256), new InspectionRequest("file.pdf", profile), Patience, cancel);
        if (inspection is null)
        {
            return IntakeOutcome.Refuse(new Refusal(StatusCodes.Status503ServiceUnavailable, "busy", "The validation is busy with contributed files. Try again in a few minutes.") { RetryAfter = Patience });
        }

        return inspection.Extraction is { } extraction
            ? await SendAsync(row, user, extraction.Text, cancel)
            : IntakeOutcome.Refuse(new Refusal(StatusCodes.Status422UnprocessableEntity, "no_text", $"No text could be taken out: {inspection.Findings.FirstOrDefault(finding => finding.Score == 0)?.Evidence[0].Text ?? "the file holds none."}"));
    }

    private async Task<IntakeOutcome> SendAsync(ContributionRow row, CurrentUser user, string text, CancellationToken cancel)
    {
        var content = Encoding.UTF8.GetBytes(text.TrimEnd() + "\n");
        var facts = new ContributionFacts(Path.ChangeExtension(row.FileName, ".txt"), row.Licence, row.Source, row.IntendedUse, row.Note, row.Language);
        var request = new IntakeRequest(row.DatanetId, $"text-of-{row.Id}", content.Length, facts) { ExtractedFrom = row.Id };
        using var body = new MemoryStream(content);
        return await intake.ReceiveAsync(user, request, body, cancel);
    }
}
