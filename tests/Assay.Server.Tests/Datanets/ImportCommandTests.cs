using System.Diagnostics;
using System.Text.Json.Nodes;
using Assay.Client.Datanets;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Datanets;

/// <summary>The program <c>assay import</c> against real servers.</summary>
public sealed class ImportCommandTests
{
    private static readonly string Program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Assay.Cli", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Assay.Cli"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bundle_of_one_installation_becomes_an_import_of_another_with_every_byte_and_statement()
    {
        await using var first = await AssayServer.StartAsync(null);
        var frozen = await Frozen.MakeAsync(first);
        var bundle = Path.Combine(first.Scratch, "bundle.zip");
        await File.WriteAllBytesAsync(bundle, await frozen.Owner.Http.GetByteArrayAsync(new Uri($"/api/v1/snapshots/{frozen.Snapshot.Id}/export/bundle.zip", UriKind.Relative), Cancel), Cancel);
        await using var second = await AssayServer.StartAsync(null, "Quotas:FilesPerContributor=1");
        var owner = await second.JoinAsync();
        var datanet = (await owner.OpenSamplesAsync()).Id;

        var (code, lines, errors) = await RunAsync(second, owner, bundle, "--datanet", datanet, "--label", "Harbor of 2026", "--json");
        await second.ValidateAsync();

        Assert.True(code == 0, errors);
        Assert.Equal(4, lines.Count);
        Assert.All(lines, line => Assert.Equal("received", (string)line["state"]!));
        var import = Assert.Single((await owner.GetAsync<Page<ImportView>>($"/api/v1/datanets/{datanet}/imports")).Items);
        Assert.Equal(("Harbor of 2026", 4, 4), (import.Label, import.Files, import.Accepted));
        await using (var before = first.Read())
        await using (var after = second.Read())
        {
            Assert.Equal(await FactsAsync(before, null), await FactsAsync(after, import.Id));
        }

        var again = await RunAsync(second, owner, bundle, "--datanet", datanet, "--import", import.Id, "--json");
        Assert.Equal((0, 0L), (again.Code, again.Lines.Sum(line => (long)line["sent"]!)));
    }

    [Fact]
    public async Task What_is_no_bundle_is_said_and_nothing_is_opened()
    {
        await using var server = await AssayServer.StartAsync(null);
        var owner = await server.JoinAsync();
        var datanet = (await owner.OpenSamplesAsync()).Id;
        var file = Path.Combine(server.Scratch, "bundle.zip");
        await File.WriteAllBytesAsync(file, [1, 2, 3], Cancel);

        Assert.Contains("neither a folder nor a ZIP", (await RunAsync(server, owner, file, "--datanet", datanet, "--label", "Corpus")).Errors, StringComparison.Ordinal);
        Assert.Contains("either --label", (await RunAsync(server, owner, file, "--datanet", datanet)).Errors, StringComparison.Ordinal);
        Assert.Contains("need --licence", (await RunAsync(server, owner, server.Scratch, "--datanet", datanet, "--label", "Corpus")).Errors, StringComparison.Ordinal);
        Assert.Empty((await owner.GetAsync<Page<ImportView>>($"/api/v1/datanets/{datanet}/imports")).Items);
    }

    private static Task<List<string>> FactsAsync(Assay.Server.Shared.Database.AssayDb db, string? import) => db.Contributions.Where(row => row.ImportId == import).OrderBy(row => row.FileName)
        .Select(row => $"{row.FileName} {row.Sha256} {row.Licence} {row.Source} {row.IntendedUse} {row.Note} {row.Language}").ToListAsync(Cancel);

    private static async Task<(int Code, List<JsonNode> Lines, string Errors)> RunAsync(AssayServer server, Person person, string path, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(Program), $"the program is not at {Program}: build the whole solution");
        using var process = Process.Start(new ProcessStartInfo(Program, ["import", path, "--server", server.Address.ToString(), "--key", person.Key, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
        await process.WaitForExitAsync(Cancel);
        var lines = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return (process.ExitCode, arguments.Contains("--json") ? [.. lines.Select(line => JsonNode.Parse(line)!)] : [], await errors);
    }
}
