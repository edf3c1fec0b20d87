using System.Globalization;
using Assay.Client.Contributions;
using Assay.Server.Accounts;
using Assay.Server.Shared;
using Assay.Data.Validation;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Assay.Server.Contributions;

/// <summary>
/// POST /api/v1/datanets/{id}/contributions: receives one file. The body is the file itself; what the contributor says of it
/// stands in the query; the header <c>Idempotency-Key</c> makes a repeated request have one effect.
/// </summary>
internal static class Contribute
{
    /// <summary>What the contributor says of the file, in the query.</summary>
    public sealed record Query(
        [property: FromQuery(Name = "file_name")] string FileName,
        [property: FromQuery(Name = "licence")] string Licence,
        [property: FromQuery(Name = "source")] string? Source,
        [property: FromQuery(Name = "intended_use")] string? IntendedUse,
        [property: FromQuery(Name = "note")] string? Note,
        [property: FromQuery(Name = "language")] string? Language,
        [property: FromQuery(Name = "from_answer")] string? FromAnswer,
        [property: FromQuery(Name = "columns")] string? Columns,
        [property: FromQuery(Name = "import")] string? Import);

    public static void Map(RouteGroupBuilder group) => group.MapPost("/datanets/{id}/contributions", HandleAsync)
        .RequireAuthorization(Scopes.Contribute).RequireRateLimiting(UploadLimit.Name)
        .Accepts<Stream>("application/octet-stream").DisableAntiforgery();

    internal static async Task<Results<Accepted<ContributionView>, ProblemHttpResult>> HandleAsync(
        string id, [AsParameters] Query query, HttpContext http, CurrentUser user, Intake intake, ContributionViews views, CancellationToken cancel)
    {
        if (Declared(http) is not { } declared)
        {
            return new Refusal(StatusCodes.Status411LengthRequired, "length_required",
                "Say how long the file is: Content-Length, or Upload-Length for a chunked body.").ToProblem();
        }

        string? op = http.Request.Headers["Idempotency-Key"];
        if (IdempotencyKey.Problem(op) is { } wrong)
        {
            return Refusal.Invalid(wrong).ToProblem();
        }

        if (http.Request.Headers.ContentEncoding.Count > 0)
        {
            return new Refusal(StatusCodes.Status415UnsupportedMediaType, "encoding", "Send the file as it is, without Content-Encoding.").ToProblem();
        }

        // The limit of the body is the declared length, enforced while it is read; Kestrel's own default is larger than any limit here.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = Math.Min(declared, FileGate.DefaultMaximumSize) + 1;
        }

        var facts = new ContributionFacts(query.FileName, query.Licence, query.Source, query.IntendedUse, query.Note, query.Language, query.FromAnswer, query.Columns, query.Import);
        var outcome = await intake.ReceiveAsync(user, new IntakeRequest(id, op!, declared, facts), http.Request.Body, cancel);
        if (outcome.Refused is { } refusal)
        {
            return refusal.ToProblem(http.Response);
        }

        var view = await views.OneAsync(outcome.ContributionId!, user.Viewer, cancel);
        return TypedResults.Accepted($"/api/v1/contributions/{view!.Id}", view with { Quota = await views.QuotaAsync(user.Id, id, cancel) });
    }

    private static long? Declared(HttpContext http) => http.Request.ContentLength
        ?? (long.TryParse(http.Request.Headers["Upload-Length"], NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null);
}
