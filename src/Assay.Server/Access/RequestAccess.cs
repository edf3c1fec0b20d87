using Assay.Client.Access;
using Assay.Ledger.Entries;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Access;

/// <summary>POST /api/v1/datanets/{id}/access: a builder asks to train on a datanet; where the owner wants it so, the grant follows at once.</summary>
internal static class RequestAccess
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/datanets/{id}/access", HandleAsync).RequireAuthorization(Scopes.Train);

    internal static async Task<Results<Created<AccessView>, ProblemHttpResult>> HandleAsync(
        string id, AccessRequest request, CurrentUser user, AssayDb db, DbWriter writer, TimeProvider clock, CancellationToken cancel)
    {
        if (request.Purpose.Trim().Length is < 50 or > 2000)
        {
            return Refusal.Invalid($"The purpose has {request.Purpose.Trim().Length} characters; say in 50 to 2,000 what the data is wanted for.").ToProblem();
        }

        if (!request.AcceptTerms)
        {
            return Refusal.Invalid("The datanet's terms must be accepted: its contributions keep their licences, and what its owner asks for stands on its page.").ToProblem();
        }

        var made = new AccessRow
        {
            Id = AssayDb.NewId("q_"),
            DatanetId = id,
            AccountId = user.Id,
            Purpose = request.Purpose.Trim(),
            RequestedAt = clock.GetUtcNow(),
        };
        var refusal = await writer.WriteAsync(async (rows, stop) =>
        {
            var datanet = await Readable.Datanets(rows, user.Viewer).FirstOrDefaultAsync(row => row.Id == id, stop);
            if (datanet is null)
            {
                return Refusal.NotFound("datanet", id);
            }

            if (await rows.Access.AnyAsync(row => row.DatanetId == id && row.AccountId == user.Id
                && (row.State == "requested" || (row.State == "granted" && row.Until > made.RequestedAt)), stop))
            {
                return Refusal.Conflict("already_requested", "You have a request or a grant for this datanet. See /api/v1/access.");
            }

            made.Terms = datanet.Terms.Length == 0 ? datanet.Licences : $"{datanet.Terms}\n\n{datanet.Licences}";
            rows.Access.Add(made);
            rows.Append(LedgerFacts.Access(made, datanet, AccessEntry.Request, made.RequestedAt));
            if (datanet.GrantDays is { } days)
            {
                (made.State, made.DecidedAt, made.Until) = ("granted", made.RequestedAt, made.RequestedAt.AddDays(days));
                rows.Append(LedgerFacts.Access(made, datanet, AccessEntry.Grant, made.RequestedAt));
            }

            return null;
        }, cancel);

        return refusal is null
            ? TypedResults.Created("/api/v1/access", (await AccessModule.ReadAsync(db, db.Access.Where(row => row.Id == made.Id), user.Viewer, cancel))[0])
            : refusal.ToProblem();
    }
}
