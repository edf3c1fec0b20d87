using Assay.Client.Datanets;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Quotas;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Datanets;

/// <summary>PATCH /api/v1/datanets/{id}/limits: the owner lowers the datanet's day or sets a fair share; the operator sets the maximum.</summary>
internal static class ChangeLimits
{
    private const long Most = 1L << 40;

    public static void Map(RouteGroupBuilder group) => group.MapPatch("/{id}/limits", HandleAsync).RequireAuthorization(Scopes.Contribute);

    internal static async Task<Results<Ok<DatanetView>, ProblemHttpResult>> HandleAsync(
        string id, ChangeLimitsRequest request, CurrentUser user, DbWriter writer, DatanetViews views, IOptions<QuotaOptions> options, TimeProvider clock, CancellationToken cancel)
    {
        var isOperator = user.Is(Roles.Operator);
        var refusal = await writer.WriteAsync(async (db, stop) =>
        {
            var row = await Readable.Datanets(db, user.Viewer).FirstOrDefaultAsync(datanet => datanet.Id == id, stop);
            if (row is null)
            {
                return Refusal.NotFound("datanet", id);
            }

            if (row.OwnerId != user.Id && !isOperator)
            {
                return Refusal.Forbidden("Only the owner or the operator changes the limits of a datanet.");
            }

            if (Problem(request, row.MaximumBytesPerDay ?? options.Value.BytesPerDatanet, isOperator) is { } problem)
            {
                return problem;
            }

            row.BytesPerDay = After(row.BytesPerDay, request.BytesPerDay);
            row.FairSharePercent = (int?)After(row.FairSharePercent, request.FairSharePercent);
            row.MaximumBytesPerDay = After(row.MaximumBytesPerDay, request.MaximumBytesPerDay);
            row.Revision++;
            var owner = await db.Accounts.FirstAsync(account => account.Id == row.OwnerId, stop);
            db.Append(LedgerFacts.Datanet(row, owner, clock.GetUtcNow()));
            return null;
        }, cancel);
        return refusal is null ? TypedResults.Ok(await views.OneAsync(id, user.Viewer, cancel)) : refusal.ToProblem();
    }

    /// <summary>Why a change cannot be made; null when it can.</summary>
    internal static Refusal? Problem(ChangeLimitsRequest request, long maximum, bool isOperator)
    {
        if (request is { BytesPerDay: null, FairSharePercent: null, MaximumBytesPerDay: null })
        {
            return Refusal.Invalid("Nothing is to be changed: give bytes_per_day, fair_share_percent or maximum_bytes_per_day.");
        }

        if (request.MaximumBytesPerDay is not null && !isOperator)
        {
            return Refusal.Forbidden("Only the operator sets the maximum of a datanet.");
        }

        var most = request.MaximumBytesPerDay is null or 0 ? maximum : request.MaximumBytesPerDay.Value;
        if (request.MaximumBytesPerDay is < 0 or > Most)
        {
            return Refusal.Invalid($"maximum_bytes_per_day is {request.MaximumBytesPerDay}; it may be 0 (the installation's) to {Most}.");
        }

        if (request.BytesPerDay < 0 || request.BytesPerDay > most)
        {
            return Refusal.Invalid($"bytes_per_day is {request.BytesPerDay}; it may be 0 (the maximum) to {most}. Only the operator raises the maximum.");
        }

        return request.FairSharePercent is < 0 or > 100
            ? Refusal.Invalid($"fair_share_percent is {request.FairSharePercent}; it may be 0 (off) to 100.")
            : null;
    }

    private static long? After(long? now, long? asked) => asked switch { null => now, 0 => null, _ => asked };
}
