using System.Threading.RateLimiting;
using Assay.Client.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Assay.Server.Accounts;

/// <summary>Accounts, sessions, API keys and roles.</summary>
internal static class AccountsModule
{
    public const string SignUpLimit = "sign-up";
    public const string SignInLimit = "sign-in";

    private const int SignInsPerMinute = 60;

    /// <summary>Picks the API key when the request carries one, else the session cookie.</summary>
    private const string Either = "assay";

    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<AccountsOptions>().BindConfiguration("Accounts").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddDataProtection().SetApplicationName("assay");
        builder.Services.AddOptions<KeyManagementOptions>().Configure<DataFolder>((keys, folder) =>
            keys.XmlRepository = new FileSystemXmlRepository(new DirectoryInfo(Path.Combine(folder.Keys, "sessions")), NullLoggerFactory.Instance));
        builder.Services.AddScoped<CurrentUser>();
        builder.Services.AddSingleton<SetupToken>();
        builder.Services.AddSingleton<LinkedAccounts>();
        builder.Services.AddCascadingAuthenticationState();
        builder.Services.AddAuthentication(Either)
            .AddPolicyScheme(Either, null, scheme => scheme.ForwardDefaultSelector = http => http.Request.Headers.ContainsKey("Authorization")
                ? ApiKeyAuthentication.SchemeName
                : CookieAuthenticationDefaults.AuthenticationScheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null)
            .AddCookie(cookie =>
            {
                cookie.Cookie.Name = "assay";
                cookie.Cookie.HttpOnly = true;
                cookie.Cookie.SameSite = SameSiteMode.Strict;
                cookie.ExpireTimeSpan = TimeSpan.FromDays(7);
                cookie.SlidingExpiration = true;
                cookie.LoginPath = "/sign-in";
                cookie.AccessDeniedPath = "/status/403";
                cookie.ReturnUrlParameter = "return";
                cookie.Events.OnValidatePrincipal = FollowAccountAsync;
                cookie.Events.OnRedirectToLogin = context => AnswerAsync(context, StatusCodes.Status401Unauthorized);
                cookie.Events.OnRedirectToAccessDenied = context => AnswerAsync(context, StatusCodes.Status403Forbidden);
            });
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy(Scopes.Read, policy => policy.RequireClaim("scope", Scopes.Read))
            .AddPolicy(Scopes.Contribute, policy => policy.RequireClaim("scope", Scopes.Contribute))
            .AddPolicy(Scopes.Train, policy => policy.RequireClaim("scope", Scopes.Train))
            .AddPolicy(Scopes.Infer, policy => policy.RequireClaim("scope", Scopes.Infer))
            .AddPolicy(Scopes.Admin, policy => policy.RequireClaim("scope", Scopes.Admin));
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.AddPolicy(SignInLimit, http => RateLimitPartition.GetFixedWindowLimiter(
                AddressPrefix.Of(http.Connection.RemoteIpAddress),
                _ => new FixedWindowRateLimiterOptions { PermitLimit = SignInsPerMinute, Window = TimeSpan.FromMinutes(1) }));
            limiter.AddPolicy(SignUpLimit, http => HttpMethods.IsGet(http.Request.Method) ? RateLimitPartition.GetNoLimiter("") : RateLimitPartition.GetFixedWindowLimiter(
                AddressPrefix.Of(http.Connection.RemoteIpAddress),
                _ => new FixedWindowRateLimiterOptions
                {
                    PermitLimit = http.RequestServices.GetRequiredService<IOptions<AccountsOptions>>().Value.SignUpsPerDay,
                    Window = TimeSpan.FromDays(1),
                }));
        });
    }

    public static void MapAccounts(this WebApplication app)
    {
        var group = app.MapGroup("/api/v1").WithTags("Accounts").RequireAuthorization();
        SignUp.Map(group);
        SignIn.Map(group);
        ChangePassword.Map(group);
        CreateKey.Map(group);
        GrantRole.Map(group);
        StateLink.Map(group);
        ChangeAccountLimits.Map(group);
        group.MapGet("/me", async Task<Ok<AccountView>> (CurrentUser user, AssayDb db, CancellationToken cancel) =>
            TypedResults.Ok((await db.Accounts.AsNoTracking().FirstAsync(row => row.Id == user.Id, cancel)).ToView()));
    }

    /// <summary>A session ends with a new password and takes on new roles at once.</summary>
    private static async Task FollowAccountAsync(CookieValidatePrincipalContext context)
    {
        var db = context.HttpContext.RequestServices.GetRequiredService<AssayDb>();
        var id = context.Principal?.FindFirst(System.Security.Claims.ClaimTypes.NameIdentifier)?.Value;
        var account = await db.Accounts.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, context.HttpContext.RequestAborted);
        if (account is null || context.Principal!.FindFirst(Credentials.StampClaim)?.Value != Credentials.StampOf(account))
        {
            context.RejectPrincipal();
            return;
        }

        if (!account.RoleList.SequenceEqual(context.Principal.FindAll(System.Security.Claims.ClaimTypes.Role).Select(claim => claim.Value)))
        {
            context.ReplacePrincipal(Credentials.Session(account));
            context.ShouldRenew = true;
        }
    }

    private static async Task AnswerAsync(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        // Programs get a status and a sentence; people get the sign-in page.
        if (context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/v1"))
        {
            var detail = status == StatusCodes.Status401Unauthorized
                ? "Sign in, or send an API key as 'Authorization: Bearer KEY'."
                : "The key or session does not carry the scope that this needs.";
            await TypedResults.Problem(detail, statusCode: status).ExecuteAsync(context.HttpContext);
            return;
        }

        context.Response.Redirect(context.RedirectUri);
    }
}
