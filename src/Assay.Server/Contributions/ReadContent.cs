using Assay.Data.FileTypes;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace Assay.Server.Contributions;

/// <summary>
/// GET /api/v1/contributions/{id}/content: the bytes of an accepted file, as a download that no browser shows as a page.
/// GET /api/v1/contributions/{id}/preview: the small picture that a worker made of it. Before and without acceptance only those who decide read them.
/// </summary>
internal static class ReadContent
{
    /// <summary>Even opened by itself, a file runs nothing and reaches nothing.</summary>
    private const string Policy = "default-src 'none'; sandbox";

    private static readonly Refusal Erased = new(StatusCodes.Status410Gone, "erased", "The content of this file was erased; its hash stays on the ledger.");

    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/contributions/{id}/content", ContentAsync);
        group.MapGet("/contributions/{id}/preview", PreviewAsync);
    }

    /// <summary>Whether a file's content may be shown to this user: to anyone once it is accepted, else to its contributor, the datanet's owner, reviewers and operators.</summary>
    public static bool MayRead(CurrentUser user, ContributionState state, string contributor, string owner) =>
        state == ContributionState.Accepted
        || (user.SignedIn && (user.Id == contributor || user.Id == owner || user.Is(Roles.Reviewer) || user.Is(Roles.Operator)));

    /// <summary>The media type that a file of a type is served as; media elements play it, and nothing is shown as a page.</summary>
    public static string MediaType(string type) => type switch
    {
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "webp" => "image/webp",
        "bmp" => "image/bmp",
        "tiff" => "image/tiff",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "flac" => "audio/flac",
        _ => "application/octet-stream",
    };

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> ContentAsync(
        string id, HttpContext http, CurrentUser user, AssayDb db, BlobStore blobs, CancellationToken cancel)
    {
        var row = await Readable.Contributions(db, user.Viewer).AsNoTracking().FirstOrDefaultAsync(other => other.Id == id, cancel);
        if (await RefuseAsync(db, user, row, id, cancel) is { } refusal)
        {
            return refusal.ToProblem();
        }

        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(DisplayName.Of(row!.FileName));
        http.Response.Headers.ContentDisposition = disposition.ToString();
        return Serve(http, blobs, row.Sha256, MediaType(row.Type));
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> PreviewAsync(
        string id, HttpContext http, CurrentUser user, AssayDb db, BlobStore blobs, CancellationToken cancel)
    {
        var row = await Readable.Contributions(db, user.Viewer).AsNoTracking().FirstOrDefaultAsync(other => other.Id == id, cancel);
        return await RefuseAsync(db, user, row, id, cancel) is { } refusal ? refusal.ToProblem()
            : row!.PreviewSha256 is not { } preview ? Refusal.NotFound("preview of the contribution", id).ToProblem()
            : Serve(http, blobs, preview, "image/webp");
    }

    private static async Task<Refusal?> RefuseAsync(AssayDb db, CurrentUser user, ContributionRow? row, string id, CancellationToken cancel)
    {
        if (row is null)
        {
            return Refusal.NotFound("contribution", id);
        }

        if (row.Removal is not null)
        {
            return Erased;
        }

        var owner = await db.Datanets.Where(datanet => datanet.Id == row.DatanetId).Select(datanet => datanet.OwnerId).FirstAsync(cancel);
        return MayRead(user, row.State, row.AccountId, owner)
            ? null
            : Refusal.Forbidden("The content of a file is shown to everyone once it is accepted; before that to its contributor and to those who decide.");
    }

    /// <summary>A blob under headers that let it run nothing; 410 when it was erased.</summary>
    internal static Results<FileStreamHttpResult, ProblemHttpResult> Serve(HttpContext http, BlobStore blobs, string sha256, string mediaType)
    {
        if (!blobs.Exists(sha256))
        {
            return Erased.ToProblem();
        }

        http.Response.Headers.ContentSecurityPolicy = Policy;
        http.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        http.Response.Headers.CacheControl = "private, no-cache";
        return TypedResults.Stream(blobs.OpenRead(sha256), mediaType, entityTag: new EntityTagHeaderValue($"\"{sha256}\""), enableRangeProcessing: true);
    }
}
