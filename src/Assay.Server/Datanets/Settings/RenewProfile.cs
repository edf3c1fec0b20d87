using System.Text.Json;
using Assay.Data.Validation;
using Assay.Server.Accounts;
using Assay.Server.Contributions;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets.Settings;

/// <summary>
/// POST /api/v1/datanets/{id}/profile: the owner renews the frozen relevance profile from the present description and tags and from the accepted files.
/// Nothing else changes it, so contributors cannot drift it. Each renewal is a revision on the ledger.
/// </summary>
internal static class RenewProfile
{
    private const int MostRecords = 2_000;

    /// <param name="Version">Number of the profile that files are judged by from now on.</param>
    /// <param name="Low">Cosine up to which relevance is 0.</param>
    /// <param name="High">Cosine from which it is full.</param>
    public sealed record View(int Version, double Low, double High);

    public static void Map(RouteGroupBuilder group)
    {
        group.MapPost("/{id}/profile", HandleAsync).RequireAuthorization(Scopes.Contribute);
        group.MapGet("/{id}/profile", async Task<Results<Ok<View>, ProblemHttpResult>> (string id, CurrentUser user, AssayDb db, CancellationToken cancel) =>
            await Readable.Datanets(db, user.Viewer).AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, cancel) is { } row ? TypedResults.Ok(ViewOf(row)) : Refusal.NotFound("datanet", id).ToProblem());
    }

    internal static async Task<Results<Ok<View>, ProblemHttpResult>> HandleAsync(
        string id, CurrentUser user, AssayDb db, DbWriter writer, TimeProvider clock, CancellationToken cancel)
    {
        // Reading and weighing the accepted records happens outside the writer; which ones are taken is decided by their row numbers, not by chance.
        var accepted = await db.Records.AsNoTracking().Where(row => row.DatanetId == id && row.Novelty > 0
            && db.Contributions.Any(file => file.Id == row.ContributionId && file.State == ContributionState.Accepted && file.Removal == null))
            .OrderByDescending(row => row.Id).Take(MostRecords).ToListAsync(cancel);
        var terms = accepted.Count == 0 ? null : JsonSerializer.Serialize(AcceptedTerms.Of(accepted.Select(row => row.JoinedText())));
        DatanetRow? renewed = null;
        var refusal = await writer.WriteAsync(async (rows, stop) =>
        {
            var row = await Readable.Datanets(rows, user.Viewer).FirstOrDefaultAsync(datanet => datanet.Id == id, stop);
            if (row is null)
            {
                return Refusal.NotFound("datanet", id);
            }

            if (row.OwnerId != user.Id)
            {
                return Refusal.Forbidden("Only the owner renews the profile of a datanet.");
            }

            (row.ProfileDescription, row.ProfileTags, row.ProfileTerms) = (row.Description, row.Tags, terms);
            row.ProfileVersion++;
            row.Revision++;
            var owner = await rows.Accounts.FirstAsync(account => account.Id == row.OwnerId, stop);
            rows.Append(LedgerFacts.Datanet(row, owner, clock.GetUtcNow()));
            renewed = row;
            return null;
        }, cancel);
        return refusal is null ? TypedResults.Ok(ViewOf(renewed!)) : refusal.ToProblem();
    }

    private static View ViewOf(DatanetRow row)
    {
        var (low, high) = AcceptedTerms.Bounds(ValidationJobs.ProfileOf(row, []));
        return new View(row.ProfileVersion, Math.Round(low, 4), Math.Round(high, 4));
    }
}
