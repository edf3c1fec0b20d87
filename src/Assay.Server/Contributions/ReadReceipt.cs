using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>
/// GET /api/v1/contributions/{id}/receipt: the offline-verifiable proof that the contribution is in the ledger.
/// GET …/salt: the salt of its commitment, for the contributor alone.
/// </summary>
internal static class ReadReceipt
{
    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/contributions/{id}/receipt", ReceiptAsync);
        group.MapGet("/contributions/{id}/salt", SaltAsync).RequireAuthorization();
    }

    internal static async Task<Results<FileContentHttpResult, ProblemHttpResult>> ReceiptAsync(
        string id, CurrentUser user, AssayDb db, LedgerSequencer ledger, CancellationToken cancel)
    {
        var entry = await Readable.Contributions(db, user.Viewer).Where(row => row.Id == id).Select(row => (long?)row.EntryId).FirstOrDefaultAsync(cancel);
        return entry is null
            ? Refusal.NotFound("contribution", id).ToProblem()
            : TypedResults.File(await ledger.ReceiptAsync(entry.Value, cancel), "text/plain; charset=utf-8", $"{id}.tlog-proof");
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> SaltAsync(string id, CurrentUser user, AssayDb db, CancellationToken cancel)
    {
        var salt = await db.Contributions.Where(row => row.Id == id && row.AccountId == user.Id).Select(row => row.Salt).FirstOrDefaultAsync(cancel);
        return salt is { Length: 0 }
            ? new Refusal(StatusCodes.Status410Gone, "erased", "The salt was erased with the file; the ledger's entry names nothing any more.").ToProblem()
            : salt is null
            ? Refusal.NotFound("contribution of yours", id).ToProblem()
            : TypedResults.File(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(salt) + "\n"), "text/plain", $"{id}.salt");
    }
}
