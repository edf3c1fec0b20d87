using System.Security.Claims;
using Assay.Server.Datanets.Reading;

namespace Assay.Server.Accounts;

/// <summary>Who sends the request.</summary>
internal sealed class CurrentUser
{
    private readonly ClaimsPrincipal _principal;

    public CurrentUser(IHttpContextAccessor accessor) => _principal = accessor.HttpContext?.User ?? new ClaimsPrincipal();

    /// <summary>For a circuit, which outlives the request that opened it.</summary>
    public CurrentUser(ClaimsPrincipal principal) => _principal = principal;

    /// <summary>Account id; empty when nobody is signed in.</summary>
    public string Id => _principal.FindFirstValue(ClaimTypes.NameIdentifier) ?? "";

    public bool SignedIn => Id.Length > 0;

    /// <summary>The same, for the question of what may be seen.</summary>
    public Viewer Viewer => new(Id, Is(Roles.Operator));

    /// <summary>Whether the key or session may be used for <paramref name="scope"/>.</summary>
    public bool Has(string scope) => _principal.HasClaim("scope", scope);

    public bool Is(string role) => _principal.IsInRole(role);
}
