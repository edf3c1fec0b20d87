using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.StaticAssets;

namespace Assay.Server.Tests.Shared.Security;

/// <summary>Every address the server answers, from the list it routes by: API, pages, streams, ledger files. Scripts and style sheets of the program itself are left out.</summary>
internal static class Routes
{
    /// <summary>Method and pattern without constraints, such as <c>GET /api/v1/runs/{id}</c>; pages by their GET.</summary>
    public static IReadOnlyList<(string Method, string Pattern)> Of(AssayServer server) =>
    [
        .. server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
            .Select(endpoint => (Pattern: Plain(endpoint.RoutePattern), endpoint.Metadata))
            .Where(route => !route.Pattern.StartsWith("/_", StringComparison.Ordinal))
            .SelectMany(route => MethodsOf(route.Metadata).Select(method => (method, route.Pattern))).Distinct().OrderBy(route => route.Pattern, StringComparer.Ordinal).ThenBy(route => route.method, StringComparer.Ordinal),
    ];

    private static IEnumerable<string> MethodsOf(Microsoft.AspNetCore.Http.EndpointMetadataCollection metadata) =>
        metadata.GetMetadata<Microsoft.AspNetCore.Components.Endpoints.ComponentTypeMetadata>() is null
            ? metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]
            : ["GET"];

    private static string Plain(RoutePattern pattern) => "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart parameter => parameter.IsCatchAll ? "{**" + parameter.Name + "}" : "{" + parameter.Name.ToLowerInvariant() + "}",
        _ => throw new InvalidOperationException($"Unknown part of the pattern {pattern.RawText}."),
    }))));
}
