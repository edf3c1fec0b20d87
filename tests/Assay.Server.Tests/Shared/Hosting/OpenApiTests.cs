using System.Text.Json;
using Assay.Testing;

namespace Assay.Server.Tests.Shared.Hosting;

public sealed class OpenApiTests(AssayServer server) : IClassFixture<AssayServer>
{
    [Fact]
    public async Task The_description_names_every_path_and_method_of_the_snapshot_and_no_other()
    {
        using var document = JsonDocument.Parse(await server.Anonymous.GetStringAsync(new Uri("/api/v1/openapi.json", UriKind.Relative), TestContext.Current.CancellationToken));
        var paths = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant(),-6} {path.Name}"))
            .Order(StringComparer.Ordinal).ToList();

        // A change of the API is a change of this file, looked at by a person.
        var snapshot = Path.Combine(Repository.Root, "tests", "Assay.Server.Tests", "Shared", "Hosting", "openapi-paths.txt");
        Assert.Equal((await File.ReadAllLinesAsync(snapshot, TestContext.Current.CancellationToken)).Where(line => line.Length > 0), paths);
    }
}
