using Assay.Server.Transparency;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using MudBlazor.Services;

namespace Assay.Server.Shared.Layout;

/// <summary>The pages: static where nothing moves, a circuit where something does.</summary>
internal static class PagesModule
{
    /// <summary>For pages with a circuit. They are not prerendered: what is typed before the circuit stands would be lost.</summary>
    public static IComponentRenderMode Circuit { get; } = new InteractiveServerRenderMode(prerender: false);

    public static void AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddMudServices();
        builder.Services.AddSingleton<SafeMarkdown>();
        builder.Services.AddScoped<LiveCounters>();
    }

    /// <summary>People get pages for errors, programs get problem+json.</summary>
    public static void UseErrorPages(this WebApplication app)
    {
        app.UseStatusCodePages();
        app.UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true); // a page may have begun in the request's own
        app.Use((http, next) =>
        {
            http.Features.Get<IStatusCodePagesFeature>()!.Enabled = IsPage(http);
            if (http.Features.Get<IStatusCodeReExecuteFeature>() is not null)
            {
                // A refused form is a POST; its error page is only read, and would itself ask for the form's token.
                http.Request.Method = HttpMethods.Get;
            }

            return next(http);
        });

        // For a page the status alone is set here: the page itself comes from the re-execution above.
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            StatusCodeSelector = failure => failure is LedgerStandsException ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError,
            ExceptionHandler = http => IsPage(http) ? Task.CompletedTask : ProblemOf(http).ExecuteAsync(http),
        });
    }

    private static ProblemHttpResult ProblemOf(HttpContext http)
    {
        if (http.Features.Get<IExceptionHandlerFeature>()?.Error is LedgerStandsException stands)
        {
            http.Response.Headers.RetryAfter = "60";
            return new Refusal(StatusCodes.Status503ServiceUnavailable, "ledger_stands", stands.Message).ToProblem();
        }

        return TypedResults.Problem(statusCode: http.Response.StatusCode);
    }

    /// <summary>A form with a wrong or old token ends here, with the error page instead of a line of plain text. Comes after the token is checked.</summary>
    public static void UseFormRefusals(this WebApplication app) => app.Use((http, next) =>
    {
        if (http.Features.Get<IAntiforgeryValidationFeature>() is not { IsValid: false } || http.Features.Get<IStatusCodeReExecuteFeature>() is not null)
        {
            return next(http);
        }

        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.CompletedTask;
    });

    public static void MapPages(this WebApplication app)
    {
        app.MapGet("/api/v1/counters", (LiveCounters counters, CancellationToken cancel) => counters.ReadAsync(cancel)).WithTags("Counters");
        app.MapPost("/sign-out", async (HttpContext http) =>
        {
            await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
            return Results.LocalRedirect("/");
        }).ExcludeFromDescription();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    }

    /// <summary>Where to go after signing in: a path of this site, never another host.</summary>
    internal static string LocalPath(string? path) =>
        path is ['/', not ('/' or '\\'), ..] && !path.Any(char.IsControl) ? path : "/";

    private static bool IsPage(HttpContext http) =>
        !http.Request.Path.StartsWithSegments("/api") && !http.Request.Path.StartsWithSegments("/v1") && !http.Request.Path.StartsWithSegments("/tile")
        && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
