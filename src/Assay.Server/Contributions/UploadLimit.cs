using System.Security.Claims;
using System.Threading.RateLimiting;
using Assay.Server.Shared;
using Assay.Server.Shared.Quotas;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Assay.Server.Contributions;

/// <summary>How many uploads of one account run at once; further ones wait their turn, and beyond that are told to come back.</summary>
internal sealed class UploadLimit(IOptions<QuotaOptions> options) : IRateLimiterPolicy<string>
{
    public const string Name = "uploads";

    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(5);

    public Func<OnRejectedContext, CancellationToken, ValueTask>? OnRejected { get; } = (context, _) => new ValueTask(
        new Refusal(StatusCodes.Status429TooManyRequests, "too_many_uploads", "Too many uploads of this account run at once. Send a few at a time, and this one again in some seconds.") { RetryAfter = ComeBack }
            .ToProblem(context.HttpContext.Response).ExecuteAsync(context.HttpContext));

    public RateLimitPartition<string> GetPartition(HttpContext httpContext) => RateLimitPartition.GetConcurrencyLimiter(
        httpContext.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "",
        _ => new ConcurrencyLimiterOptions
        {
            PermitLimit = options.Value.ParallelUploads,
            QueueLimit = options.Value.WaitingUploads,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
}
