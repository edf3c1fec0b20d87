using Assay.Server.Accounts;
using Assay.Server.Contributions;
using Assay.Server.Shared;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Review;

/// <summary>GET /api/v1/review/assignments/{id}/media: the picture or clip that a reviewer holds, without its name and address. Pictures come from the worker's preview.</summary>
internal static class ReadMedia
{
    public static void Map(RouteGroupBuilder group) => group.MapGet("/assignments/{id:long}/media", async Task<Results<FileStreamHttpResult, ProblemHttpResult>> (
        long id, HttpContext http, CurrentUser user, AssayDb db, BlobStore blobs, TimeProvider clock, CancellationToken cancel) =>
    {
        var held = await db.Assignments.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id && row.ReviewerId == user.Id, cancel);
        var file = held is null || !held.IsHeld(clock.GetUtcNow()) ? null : await db.Contributions.AsNoTracking().Where(row => row.Id == held.ContributionId)
            .Select(row => new { row.Type, row.Sha256, row.PreviewSha256, db.Datanets.First(datanet => datanet.Id == row.DatanetId).Kind }).FirstAsync(cancel);
        return file switch
        {
            { Kind: "image", PreviewSha256: { } preview } => ReadContent.Serve(http, blobs, preview, "image/webp"),
            { Kind: "audio" } => ReadContent.Serve(http, blobs, file.Sha256, ReadContent.MediaType(file.Type)),
            _ => Refusal.NotFound("picture or clip that you hold under", id.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToProblem(),
        };
    });
}
