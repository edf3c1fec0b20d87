using Assay.Client.Review;
using Assay.Server.Accounts;
using Assay.Server.Contributions;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Review;

/// <summary>POST /api/v1/contributions/{id}/gold: the datanet's owner or the operator says that the right answer to a decided file is known. The file itself does not change.</summary>
internal static class MarkGold
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/contributions/{id}/gold", HandleAsync).RequireAuthorization(Scopes.Contribute);

    internal static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        string id, GoldRequest request, CurrentUser user, DbWriter writer, TimeProvider clock, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var isOperator = user.Is(Roles.Operator);
        var refusal = await writer.WriteAsync(async (db, stop) =>
        {
            var row = await Readable.Contributions(db, user.Viewer).FirstOrDefaultAsync(contribution => contribution.Id == id, stop);
            if (row is null)
            {
                return Refusal.NotFound("contribution", id);
            }

            if (!isOperator && !await db.Datanets.AnyAsync(datanet => datanet.Id == row.DatanetId && datanet.OwnerId == user.Id, stop))
            {
                return Refusal.Forbidden("Only the datanet's owner or the operator says which answer is right.");
            }

            if (request.Accept is not null && (row.Removal is not null || row.State is not (ContributionState.Accepted or ContributionState.Rejected)
                || await ReviewCases.OpenOfAsync(db, id, stop) is not null))
            {
                return Refusal.Conflict("not_decided", "Only a file that is decided, not under review and not removed can have a known answer.");
            }

            var gold = await db.Gold.FindAsync([id], stop);
            if (gold is null && request.Accept is not null)
            {
                db.Gold.Add(gold = new GoldRow { ContributionId = id });
            }

            if (gold is not null)
            {
                (gold.Active, gold.Accept, gold.MarkedBy, gold.MarkedAt) = (request.Accept is not null, request.Accept ?? gold.Accept, user.Id, now);
            }

            return null;
        }, cancel);
        return refusal is null ? TypedResults.NoContent() : refusal.ToProblem();
    }
}
