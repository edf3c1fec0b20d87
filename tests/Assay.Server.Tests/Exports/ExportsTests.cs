using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Client.Models;
using Assay.Ledger.Entries;
using Assay.Server.Tests.Runs;

namespace Assay.Server.Tests.Exports;

/// <summary>Tuned models as files, written and compared by the real worker.</summary>
public sealed class ExportsTests(WorkersTests.Trained trained) : IClassFixture<WorkersTests.Trained>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Path => $"/api/v1/runs/{trained.Run.Id}/exports";

    [Theory]
    [InlineData("adapter", null, "adapter_model.safetensors")]
    [InlineData("safetensors", "f32", "model.safetensors")]
    [InlineData("safetensors", "f16", "model.safetensors")]
    [InlineData("gguf", "q8_0", null)]
    public async Task An_export_is_compared_with_the_tested_model_and_stands_on_the_ledger(string format, string? type, string? weights)
    {
        var done = await DoneAsync(format, type);

        Assert.True(done is { State: "done", Parity: not null }, done.Failure);
        var within = type switch
        {
            "f16" => done.Parity is { MeanKl: <= 1e-3, EqualTop: >= 0.99 }, // random weights have near ties, which rounding turns over now and then
            "q8_0" => done.Parity is { MeanKl: <= 1e-2 },
            _ => true,
        };
        Assert.Equal((within ? "pass" : "differs", 32), (done.Parity.Verdict, done.Parity.Prompts));
        Assert.True(type is "f16" or "q8_0" ? done.Parity is { MaxLogitDifference: > 0, MeanKl: < 0.05 } : done.Parity is { MaxLogitDifference: <= 1e-4, EqualReplies: 32 }, done.Parity.ToString());
        Assert.Contains(done.Files, file => weights is null ? file.Name == $"{trained.Run.ModelName}-q8_0.gguf" : file.Name == weights);
        foreach (var file in done.Files)
        {
            var bytes = await trained.Owner.Http.GetByteArrayAsync(new Uri($"/api/v1/exports/{done.Id}/files/{Uri.EscapeDataString(file.Name)}", UriKind.Relative), Cancel);
            Assert.Equal((file.Bytes, file.Sha256), (bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))));
        }

        var sums = await trained.Owner.Http.GetStringAsync(new Uri($"/api/v1/exports/{done.Id}/files/SHA256SUMS", UriKind.Relative), Cancel);
        Assert.Equal(done.Files.Where(file => file.Name != "SHA256SUMS").OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => $"{file.Sha256}  {file.Name}"), sums.TrimEnd().Split('\n'));
        await using var db = trained.Server.Read();
        var entry = (ExportEntry)EntryTypes.Parse(db.LedgerEntries.Single(row => row.Index == done.LedgerIndex).Bytes);
        Assert.Equal((trained.Run.Id, type is null ? format : $"{format}-{type}", done.Parity.Verdict, done.Files.Single(file => file.Name == "SHA256SUMS").Sha256), (entry.Run, entry.Format, entry.Verdict, entry.Sha256));
    }

    [Fact]
    public async Task The_bundle_holds_every_file_with_a_card_and_a_bill_of_materials_made_of_facts()
    {
        var done = await DoneAsync("adapter", null);

        await using var stream = await trained.Owner.Http.GetStreamAsync(new Uri($"/api/v1/exports/{done.Id}/bundle.zip", UriKind.Relative), Cancel);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancel);
        using var zip = new ZipArchive(copy);
        Assert.Equal(done.Files.Select(file => file.Name).Order(StringComparer.Ordinal), zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
        var card = Read("README.md");
        Assert.Contains($"base_model: \"{TinyBase.Name}\"\nlicense: \"Apache-2.0\"\nlibrary_name: peft\n", card, StringComparison.Ordinal);
        Assert.Contains(trained.Datanet.Name, card, StringComparison.Ordinal);
        Assert.Contains($"| rank | {trained.Settings.Rank} |", card, StringComparison.Ordinal);
        Assert.Contains(trained.Run.AdapterSha256!, card, StringComparison.Ordinal);
        Assert.Contains("Passed. The files were loaded again and asked 32 fixed prompts", card, StringComparison.Ordinal);
        using var bom = JsonDocument.Parse(Read("ml-bom.cdx.json"));
        var root = bom.RootElement;
        Assert.Equal(("CycloneDX", "1.6"), (root.GetProperty("bomFormat").GetString(), root.GetProperty("specVersion").GetString()));
        var own = root.GetProperty("metadata").GetProperty("component");
        Assert.Equal("machine-learning-model", own.GetProperty("type").GetString());
        var references = root.GetProperty("components").EnumerateArray().Select(one => one.GetProperty("bom-ref").GetString()!).ToList();
        Assert.Contains($"data:{trained.Datanet.Id}@{trained.Snapshot.Number}", references);
        Assert.Equal(references.Order(), root.GetProperty("dependencies")[0].GetProperty("dependsOn").EnumerateArray().Select(one => one.GetString()!).Order());
        Assert.All(own.GetProperty("modelCard").GetProperty("modelParameters").GetProperty("datasets").EnumerateArray(), data => Assert.Contains(data.GetProperty("ref").GetString()!, references));

        var alone = await trained.Owner.Http.GetStringAsync(new Uri($"/api/v1/runs/{trained.Run.Id}/ml-bom", UriKind.Relative), Cancel);
        Assert.Contains(trained.Run.AdapterSha256!, alone, StringComparison.Ordinal);
        Assert.All([alone, Read("ml-bom.cdx.json")], bill => Assert.DoesNotContain("null", bill, StringComparison.Ordinal)); // the schema has no member that may be null
        Assert.Contains("# " + trained.Run.ModelName, await trained.Owner.Http.GetStringAsync(new Uri($"/api/v1/runs/{trained.Run.Id}/model-card", UriKind.Relative), Cancel), StringComparison.Ordinal);

        string Read(string name)
        {
            using var reader = new StreamReader(zip.GetEntry(name)!.Open(), Encoding.UTF8);
            return reader.ReadToEnd();
        }
    }

    [Fact]
    public async Task The_same_export_is_made_once_and_a_deleted_one_leaves_no_file()
    {
        var done = await DoneAsync("safetensors", "bf16");
        var again = await trained.Owner.PostAsync<ExportView>(Path, new ExportRequest("safetensors", "bf16"));
        Assert.Equal((done.Id, "done"), (again.Id, again.State));

        using var deleted = await trained.Owner.Http.DeleteAsync(new Uri($"/api/v1/exports/{done.Id}", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await trained.Owner.Http.GetAsync(new Uri($"/api/v1/exports/{done.Id}", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        Assert.Empty(Directory.GetDirectories(System.IO.Path.Combine(trained.Server.Paths.Models, trained.Run.Id, "exports"), done.Id + "*"));
        Assert.NotEqual(done.Id, (await DoneAsync("safetensors", "bf16")).Id);
    }

    [Fact]
    public async Task What_cannot_be_exported_is_said_with_what_can()
    {
        var problem = await trained.Owner.PostAsync(Path, new ExportRequest("gguf", "nf4")).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        Assert.Contains("gguf q8_0", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var stranger = await trained.Server.JoinAsync();
        await stranger.PostAsync(Path, new ExportRequest("adapter")).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        var done = await DoneAsync("adapter", null);
        await stranger.Http.GetAsync(new Uri($"/api/v1/exports/{done.Id}/bundle.zip", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await trained.Owner.Http.GetAsync(new Uri($"/api/v1/exports/{done.Id}/files/..%2F..%2Fadapter%2Fadapter_config.json", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }

    private async Task<ExportView> DoneAsync(string format, string? type)
    {
        var asked = await trained.Owner.PostAsync<ExportView>(Path, new ExportRequest(format, type));
        return await Eventually.GetAsync(async () => await trained.Owner.GetAsync<ExportView>($"/api/v1/exports/{asked.Id}") is { State: "failed" } or { State: "done", LedgerIndex: not null } ? await trained.Owner.GetAsync<ExportView>($"/api/v1/exports/{asked.Id}") : null, TimeSpan.FromMinutes(2));
    }
}
