using Assay.Client.Datanets;
using Assay.Data.Records;
using Assay.Server.Accounts;
using Assay.Server.Contributions.Passages;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets.Settings;

/// <summary>PATCH /api/v1/datanets/{id}: the owner changes summary, description, licences, threshold and visibility. Each change is a revision on the ledger.</summary>
internal static class ChangeSettings
{
    private const int LongestSummary = 200, LongestDescription = 20_000, MostWords = 10, LeastAccept = 600, MostAccept = 900, LongestTerms = 5000, MostGrantDays = 365;

    public static void Map(RouteGroupBuilder group) => group.MapPatch("/{id}", HandleAsync).RequireAuthorization(Scopes.Contribute);

    internal static async Task<Results<Ok<DatanetView>, ProblemHttpResult>> HandleAsync(
        string id, ChangeSettingsRequest request, CurrentUser user, DbWriter writer, DatanetViews views, TimeProvider clock, CancellationToken cancel)
    {
        if (Problem(request) is { } why)
        {
            return Refusal.Invalid(why).ToProblem();
        }

        var refusal = await writer.WriteAsync(async (db, stop) =>
        {
            var row = await Readable.Datanets(db, user.Viewer).FirstOrDefaultAsync(datanet => datanet.Id == id, stop);
            if (row is null)
            {
                return Refusal.NotFound("datanet", id);
            }

            if (row.OwnerId != user.Id)
            {
                return Refusal.Forbidden("Only the owner changes the settings of a datanet.");
            }

            if (request.Visibility is { } word && await ShowAsync(db, row, VisibilityRules.Parse(word), request.Confirm, clock.GetUtcNow(), stop) is { } kept)
            {
                return kept;
            }

            Apply(row, request);
            row.Revision++;
            var owner = await db.Accounts.FirstAsync(account => account.Id == row.OwnerId, stop);
            db.Append(LedgerFacts.Datanet(row, owner, clock.GetUtcNow()));
            return null;
        }, cancel);
        return refusal is null ? TypedResults.Ok(await views.OneAsync(id, user.Viewer, cancel)) : refusal.ToProblem();
    }

    /// <summary>Changes who reads and contributes; the revision on the ledger records it, and publishing its instant.</summary>
    private static async Task<Refusal?> ShowAsync(AssayDb db, DatanetRow row, Visibility next, string? confirmed, DateTimeOffset now, CancellationToken stop)
    {
        var used = await db.Contributions.AnyAsync(file => file.DatanetId == row.Id, stop) || await db.Access.AnyAsync(access => access.DatanetId == row.Id, stop);
        if (VisibilityRules.Refuse(row, next, used, confirmed) is { } refusal)
        {
            return refusal;
        }

        if (row.Visibility == Visibility.Private && next != Visibility.Private)
        {
            if (await OpenDatanet.NameTakenAsync(db, row, stop))
            {
                return Refusal.Conflict("name_taken", $"A datanet that everybody reads is named '{row.Name}' already, and names never change. This one stays private.");
            }

            row.PublishedAt = now;
            await PassageMask.RemoveAsync(db, row.Id, stop);
        }

        row.Visibility = next;
        return null;
    }

    private static void Apply(DatanetRow row, ChangeSettingsRequest request)
    {
        // Files are judged by the frozen profile until the owner renews it, whatever the description says meanwhile.
        row.ProfileDescription ??= row.Description;
        row.ProfileTags ??= row.Tags;
        row.Summary = request.Summary?.Trim() ?? row.Summary;
        row.Description = request.Description ?? row.Description;
        row.Tags = Join(request.Tags) ?? row.Tags;
        row.Licences = Join(request.Licences) ?? row.Licences;
        row.Languages = Join(request.Languages) ?? row.Languages;
        row.Accept = request.Accept ?? row.Accept;
        row.Approval = request.Approval ?? row.Approval;
        row.Terms = request.Terms?.Trim() ?? row.Terms;
        row.GrantDays = request.GrantDays switch { null => row.GrantDays, 0 => null, var days => days };
        row.RefusesPersonalData = request.Pii is null ? row.RefusesPersonalData : request.Pii == "refuse";
        row.Columns = request.Columns switch { null => row.Columns, "" => null, var columns => columns };
        row.IgnoresPdfImages = request.PdfImages is null ? row.IgnoresPdfImages : request.PdfImages == "ignore";
    }

    private static string? Join(IReadOnlyList<string>? words) => words is null ? null : string.Join(',', words.Distinct());

    /// <summary>Why a request cannot be taken; null when it can.</summary>
    internal static string? Problem(ChangeSettingsRequest request) =>
        request == new ChangeSettingsRequest() ? "Nothing is to be changed: give at least one setting."
        : request.Summary?.Length > LongestSummary ? $"The summary has {request.Summary.Length} characters; {LongestSummary} are the most."
        : request.Description?.Length > LongestDescription ? $"The description has {request.Description.Length} characters; {LongestDescription} are the most."
        : request.Columns is { Length: > 0 } columns && ColumnMapping.Parse(columns).Problem is { } mapping ? $"The columns cannot be used: {mapping}"
        : request.Accept is < LeastAccept or > MostAccept ? $"accept is {request.Accept}; it may be {LeastAccept} to {MostAccept}."
        : request.Terms?.Length > LongestTerms ? $"The terms have {request.Terms.Length} characters; {LongestTerms} are the most."
        : request.GrantDays is < 0 or > MostGrantDays ? $"grant_days is {request.GrantDays}; it may be 0 (you decide) to {MostGrantDays}."
        : request.Pii is not (null or "mask" or "refuse") ? $"pii is '{request.Pii}'; it may be mask or refuse."
        : request.Visibility is { } word && !VisibilityRules.Words.Contains(word) ? $"visibility is '{word}'; it may be {string.Join(", ", VisibilityRules.Words)}."
        : request.PdfImages is not (null or "refuse" or "ignore") ? $"pdf_images is '{request.PdfImages}'; it may be refuse or ignore."
        : Words("tag", request.Tags, 0) ?? Words("licence", request.Licences, 1) ?? Words("language", request.Languages, 1);

    private static string? Words(string what, IReadOnlyList<string>? words, int least) => words switch
    {
        null => null,
        _ when words.Count < least || words.Count > MostWords => $"{words.Count} {what}s were given; {least} to {MostWords} may be.",
        _ => DatanetWords.Problem(what, words),
    };
}
