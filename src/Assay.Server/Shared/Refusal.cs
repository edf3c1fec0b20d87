using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Assay.Server.Shared;

/// <summary>An expected refusal: what was refused, why, and what to do. Becomes problem+json here and nowhere else.</summary>
/// <param name="Status">HTTP status, 4xx or 5xx.</param>
/// <param name="Reason">A stable word for programs, such as <c>not_open</c>.</param>
/// <param name="Detail">A sentence for people.</param>
/// <param name="More">Further facts, in the wire's names.</param>
internal sealed record Refusal(int Status, string Reason, string Detail, IReadOnlyDictionary<string, object?>? More = null)
{
    /// <summary>When asking again makes sense; becomes the header <c>Retry-After</c> in whole seconds, rounded up.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public ProblemHttpResult ToProblem()
    {
        var extensions = new Dictionary<string, object?>(More ?? new Dictionary<string, object?>()) { ["reason"] = Reason };
        return TypedResults.Problem(Detail, statusCode: Status, extensions: extensions);
    }

    /// <summary>The same with its <c>Retry-After</c> header.</summary>
    public ProblemHttpResult ToProblem(HttpResponse response)
    {
        if (RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return ToProblem();
    }

    public static Refusal NotFound(string what, string id) =>
        new(StatusCodes.Status404NotFound, "not_found", $"There is no {what} '{id}', or it is not yours to see.");

    public static Refusal Forbidden(string detail) => new(StatusCodes.Status403Forbidden, "forbidden", detail);

    public static Refusal Invalid(string detail) => new(StatusCodes.Status400BadRequest, "invalid", detail);

    public static Refusal Conflict(string reason, string detail) => new(StatusCodes.Status409Conflict, reason, detail);
}
