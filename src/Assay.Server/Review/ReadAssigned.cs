using Assay.Server.Accounts;
using Assay.Server.Contributions;
using Assay.Server.Shared;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Review;

/// <summary>
/// GET /api/v1/review/assignments/{id}/preview and …/content: the picture or clip that the reviewer holds, under the assignment's number, since its own address
/// would tell whose it is.
/// </summary>
internal static class ReadAssigned
{
    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/assignments/{id:long}/preview", (long id, HttpContext http, CurrentUser user, AssayDb db, BlobStore blobs, TimeProvider clock, CancellationToken cancel) =>
            ReadAsync(id, preview: true, http, user, db, blobs, clock, cancel));
        group.MapGet("/assignments/{id:long}/content", (long id, HttpContext http, CurrentUser user, AssayDb db, BlobStore blobs, TimeProvider clock, CancellationToken cancel) =>
            ReadAsync(id, preview: false, http, user, db, blobs, clock, cancel));
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> ReadAsync(
        long id, bool preview, HttpContext http, CurrentUser user, AssayDb db, BlobStore blobs, TimeProvider clock, CancellationToken cancel)
    {
        var assignment = await db.Assignments.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id && row.ReviewerId == user.Id, cancel);
        if (assignment is null || !assignment.IsHeld(clock.GetUtcNow()))
        {
            return new Refusal(StatusCodes.Status404NotFound, "not_held", $"You do not hold the assignment {id}. Ask for the next file.").ToProblem();
        }

        var row = await db.Contributions.AsNoTracking().FirstAsync(other => other.Id == assignment.ContributionId, cancel);
        return !preview ? ReadContent.Serve(http, blobs, row.Sha256, $"file.{row.Type}", ReadContent.MediaType(row.Type))
            : row.PreviewSha256 is { } small ? ReadContent.Serve(http, blobs, small, null, "image/webp")
            : Refusal.NotFound("preview of the assignment", $"{id}").ToProblem();
    }
}
