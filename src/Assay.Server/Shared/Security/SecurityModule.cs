using Assay.Client;
using Assay.Server.Shared.Layout;

namespace Assay.Server.Shared.Security;

/// <summary>Headers, origin check, request limits and the form of errors.</summary>
internal static class SecurityModule
{
    private const string Policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static void AddSecurity(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 2 * 1024 * 1024; // uploads and workers raise it where they need to
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        });
        builder.Services.ConfigureHttpJsonOptions(json => StrictJson.Apply(AssayJson.Configure(json.SerializerOptions)));
        builder.Services.AddProblemDetails();
        builder.Services.AddValidation();
        builder.Services.AddAntiforgery();
    }

    /// <summary>Runs before everything else that looks at a request.</summary>
    public static void UseSecurity(this WebApplication app)
    {
        app.UseErrorPages();
        app.Use(async (http, next) =>
        {
            var headers = http.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            if (IsForeignWrite(http.Request))
            {
                await Refusal.Forbidden("This request comes from another site. Send it from the site itself, or with an API key.").ToProblem().ExecuteAsync(http);
                return;
            }

            await next();
        });
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
        app.UseAntiforgery();
    }

    /// <summary>A write that carries the session cookie but was sent by a page of another origin.</summary>
    internal static bool IsForeignWrite(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)
            || request.Headers.ContainsKey("Authorization") || !request.Headers.ContainsKey("Cookie"))
        {
            return false;
        }

        string? origin = request.Headers.Origin;
        return origin is not null && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }
}
