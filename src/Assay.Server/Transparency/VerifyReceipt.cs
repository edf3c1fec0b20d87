using Assay.Ledger;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Proofs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Assay.Server.Transparency;

/// <summary>POST /api/v1/ledger/receipts: checks a receipt file against this log's key. The body is the file.</summary>
internal static class VerifyReceipt
{
    /// <param name="Good">Whether every hash and signature holds.</param>
    /// <param name="Problem">The first thing that is wrong.</param>
    /// <param name="Entry">The entry that the receipt is for.</param>
    public sealed record Answer(bool Good, string? Problem, long? Index, string? Entry, long? Size);

    public static void Map(RouteGroupBuilder group) => group.MapPost("/receipts", HandleAsync).Accepts<Stream>("text/plain").DisableAntiforgery();

    internal static async Task<Ok<Answer>> HandleAsync(HttpContext http, LedgerSetup setup, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, cancel)) > 0 && body.Length <= Receipt.MaxLength)
        {
            body.Write(buffer, 0, read);
        }

        return TypedResults.Ok(Check(body.ToArray(), setup.Signer.Verifier));
    }

    /// <summary>Verifies a receipt's bytes; whatever they are, an answer comes back.</summary>
    internal static Answer Check(byte[] bytes, NoteVerifier verifier)
    {
        try
        {
            var receipt = Receipt.Parse(bytes);
            var problem = receipt.FindProblem(verifier);
            return new Answer(problem is null, problem, receipt.Index, System.Text.Encoding.UTF8.GetString(receipt.Entry.Span),
                problem is null ? receipt.ReadCheckpoint().Size : null);
        }
        catch (LedgerFormatException damaged)
        {
            return new Answer(false, damaged.Message, null, null, null);
        }
    }
}
