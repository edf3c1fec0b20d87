using System.Globalization;
using Assay.Client.Contributions;
using Assay.Data.Validation;
using Assay.Server.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Assay.Server.Contributions.Uploads;

/// <summary>
/// /api/v1/uploads: tus 1.0.0 with the extensions creation, termination and expiration. A file comes in pieces and goes on where it broke off.
/// GET …/{id} tells the same as HEAD, and the contribution or the refusal, as JSON.
/// </summary>
internal static class UploadEndpoints
{
    private const string Version = "1.0.0";
    private const string PieceType = "application/offset+octet-stream";

    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/uploads").RequireAuthorization(Scopes.Contribute).DisableAntiforgery().AddEndpointFilter(AgreeAsync);
        group.MapPost("", CreateAsync);
        group.MapMethods("/{id}", [HttpMethods.Head], HeadAsync);
        group.MapPatch("/{id}", AppendAsync).RequireRateLimiting(UploadLimit.Name).Accepts<Stream>(PieceType);
        group.MapDelete("/{id}", TerminateAsync);
        api.MapGet("/uploads/{id}", GetAsync).RequireAuthorization(Scopes.Contribute);
        api.MapMethods("/uploads", [HttpMethods.Options], Describe).AllowAnonymous();
    }

    /// <summary>Both sides speak the same version of tus, or the request ends here.</summary>
    private static async ValueTask<object?> AgreeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers["Tus-Resumable"] = Version;
        if (http.Request.Headers["Tus-Resumable"] != Version)
        {
            http.Response.Headers["Tus-Version"] = Version;
            return new Refusal(StatusCodes.Status412PreconditionFailed, "tus_version", $"Send the header Tus-Resumable: {Version}.").ToProblem();
        }

        return await next(context);
    }

    private static NoContent Describe(HttpResponse response)
    {
        response.Headers["Tus-Resumable"] = Version;
        response.Headers["Tus-Version"] = Version;
        response.Headers["Tus-Extension"] = "creation,termination,expiration";
        response.Headers["Tus-Max-Size"] = FileGate.DefaultMaximumSize.ToString(CultureInfo.InvariantCulture);
        return TypedResults.NoContent();
    }

    private static async Task<Results<StatusCodeHttpResult, ProblemHttpResult>> CreateAsync(HttpContext http, CurrentUser user, Uploads uploads, CancellationToken cancel)
    {
        if (Number(http, "Upload-Length") is not { } length)
        {
            return Refusal.Invalid("The header Upload-Length is missing or no number: say how many bytes the file has.").ToProblem();
        }

        var (datanet, facts, problem) = UploadMetadata.Parse(http.Request.Headers["Upload-Metadata"]);
        string? op = http.Request.Headers["Idempotency-Key"];
        if ((problem ?? (op is null ? null : IdempotencyKey.Problem(op))) is { } wrong)
        {
            return Refusal.Invalid(wrong).ToProblem();
        }

        var answer = await uploads.CreateAsync(user, new IntakeRequest(datanet, op ?? AssayDb.NewId("tus-"), length, facts), cancel);
        if (answer.Row is not { } row)
        {
            return answer.Refused!.ToProblem(http.Response);
        }

        http.Response.Headers.Location = $"/api/v1/uploads/{row.Id}";
        State(http.Response, answer);
        return TypedResults.StatusCode(StatusCodes.Status201Created);
    }

    private static async Task<Results<Ok, ProblemHttpResult>> HeadAsync(string id, HttpContext http, CurrentUser user, Uploads uploads, CancellationToken cancel)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (await uploads.FindAsync(user.Id, id, cancel) is not { } answer)
        {
            return Refusal.NotFound("upload of yours", id).ToProblem();
        }

        if (answer.Refused is not null)
        {
            // It takes no more bytes; GET tells why.
            return (answer.Refused with { Status = StatusCodes.Status410Gone }).ToProblem();
        }

        State(http.Response, answer);
        http.Response.Headers["Upload-Length"] = answer.Row!.Length.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Ok();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> AppendAsync(string id, HttpContext http, CurrentUser user, Uploads uploads, CancellationToken cancel)
    {
        if (http.Request.ContentType != PieceType)
        {
            return new Refusal(StatusCodes.Status415UnsupportedMediaType, "content_type", $"Send the piece as Content-Type: {PieceType}.").ToProblem();
        }

        if (Number(http, "Upload-Offset") is not { } offset)
        {
            return Refusal.Invalid("The header Upload-Offset is missing or no number: say where the piece begins.").ToProblem();
        }

        // The declared length is enforced while the piece is read; Kestrel's own limit only has to lie above it.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = FileGate.DefaultMaximumSize + 1;
        }

        var answer = await uploads.AppendAsync(user.Id, id, offset, http.Request.ContentLength, http.Request.Body, cancel);
        State(http.Response, answer);
        return answer.Refused is { } refusal ? refusal.ToProblem(http.Response) : TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> TerminateAsync(string id, CurrentUser user, Uploads uploads, CancellationToken cancel) =>
        (await uploads.TerminateAsync(user.Id, id, cancel)).Refused is { } refusal ? refusal.ToProblem() : TypedResults.NoContent();

    private static async Task<Results<Ok<UploadView>, ProblemHttpResult>> GetAsync(string id, HttpContext http, CurrentUser user, Uploads uploads, CancellationToken cancel)
    {
        var answer = await uploads.FindAsync(user.Id, id, cancel);
        return answer is null ? Refusal.NotFound("upload of yours", id).ToProblem()
            : answer.Refused is { } refusal ? refusal.ToProblem(http.Response)
            : TypedResults.Ok(new UploadView(id, answer.Row!.DatanetId, answer.Row.Length, answer.Offset, answer.Row.ExpiresAt, answer.Row.ContributionId));
    }

    private static void State(HttpResponse response, UploadAnswer answer)
    {
        if (answer.Row is not { } row)
        {
            return;
        }

        response.Headers["Upload-Offset"] = answer.Offset.ToString(CultureInfo.InvariantCulture);
        if (row.State == UploadState.Open)
        {
            response.Headers["Upload-Expires"] = row.ExpiresAt.ToString("r", CultureInfo.InvariantCulture);
        }

        if (row.ContributionId is { } contribution)
        {
            response.Headers.ContentLocation = $"/api/v1/contributions/{contribution}";
        }
    }

    private static long? Number(HttpContext http, string header) =>
        long.TryParse(http.Request.Headers[header], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
