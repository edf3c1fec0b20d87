using System.Diagnostics;
using System.Text.Json.Nodes;
using Assay.Client;
using Assay.Client.Contributions;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Contributions;

/// <summary>The program <c>assay contribute</c> against the real server, and the client it is made of.</summary>
public sealed class ContributeCommandTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static readonly string Program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Assay.Cli", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Assay.Cli"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_folder_is_sent_in_order_and_a_repeated_call_sends_nothing_twice()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        var folder = Folder(("b.md", Texts.Note("anemometer")), ("a/z.md", Texts.Note("barograph")), ("a/y.txt", Texts.Note("sextant")), (".hidden.md", Texts.Note("secret")), ("c.exe", [1]), ("d.md", []));

        var (code, lines, errors) = await ContributeAsync(person, folder, "--datanet", datanet, "--licence", Person.Licence, "--source", "own work", "--language", "en", "--use", "answers", "--note", "exact", "--json");

        Assert.Equal((1, ""), (code, errors)); // one file is of no known type, one is empty
        Assert.Equal(["a/y.txt received", "a/z.md received", "b.md received", "c.exe refused", "d.md refused"], lines.Select(line => $"{line["file"]} {line["state"]}"));
        Assert.All(lines.Take(3), line => Assert.Equal((long)line["bytes"]!, (long)line["sent"]!));
        await using (var db = server.Read())
        {
            var rows = await db.Contributions.AsNoTracking().Where(row => row.DatanetId == datanet).OrderBy(row => row.EntryId).ToListAsync(Cancel);
            Assert.Equal(["y.txt", "z.md", "b.md"], rows.Select(row => row.FileName));
            Assert.All(rows, row => Assert.Equal(("own work", "en", "answers", "exact"), (row.Source, row.Language, row.IntendedUse, row.Note)));
        }

        await File.WriteAllBytesAsync(Path.Combine(folder, "a", "new.md"), Texts.Note("planisphere"), Cancel);
        var (_, again, _) = await ContributeAsync(person, folder, "--datanet", datanet, "--licence", Person.Licence, "--source", "own work", "--language", "en", "--use", "answers", "--note", "exact", "--json");

        Assert.Equal(["a/new.md", "a/y.txt", "a/z.md", "b.md", "c.exe", "d.md"], again.Select(line => (string)line["file"]!));
        Assert.Equal([(long)again[0]["bytes"]!, 0, 0, 0], again.Take(4).Select(line => (long)line["sent"]!));
        Assert.Equal(lines.Take(3).Select(line => (string)line["contribution"]!), again.Skip(1).Take(3).Select(line => (string)line["contribution"]!));
        Assert.Equal(4, (await person.QuotaAsync()).ContributorFiles.Used);
    }

    [Fact]
    public async Task A_dry_run_says_what_would_not_fit_and_sends_nothing()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        var folder = Folder(("a.md", Texts.Unique(6_000_000)), ("b.md", Texts.Unique(6_000_000)), ("c.md", Texts.Unique(1000)), ("large.md", Texts.Unique(10_485_761)));

        var (code, lines, _) = await ContributeAsync(person, folder, "--datanet", datanet, "--licence", Person.Licence, "--dry-run", "--json");

        Assert.Equal(1, code);
        Assert.Equal(["ready", "refused", "ready", "refused"], lines.Select(line => (string)line["state"]!));
        Assert.Contains("4485760 of 10485760", (string)lines[1]["reason"]!, StringComparison.Ordinal);
        Assert.Contains("10485761 bytes", (string)lines[3]["reason"]!, StringComparison.Ordinal);
        Assert.Equal(0, (await person.QuotaAsync(datanet)).ContributorFiles.Used);
        await using var db = server.Read();
        Assert.False(await db.Uploads.AnyAsync(row => row.AccountId == person.Account.Id, Cancel));
    }

    [Fact]
    public async Task Waiting_shows_every_verdict_with_its_reason()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenSamplesAsync()).Id;
        var folder = Folder(("bad.txt", Texts.Unique(3000)), ("good.md", [.. Texts.Sample("careful/02-buoy.md"), .. "\n"u8]));

        var running = RunAsync(person.Key, [folder, "--server", server.Address.ToString(), "--datanet", datanet, "--licence", Person.Licence, "--source", "own", "--use", "answers", "--note", "exact", "--wait"]);
        await Eventually.TrueAsync(async () =>
        {
            await server.ValidateAsync();
            return running.IsCompleted;
        });
        var (code, output, errors) = await running;

        Assert.Equal((1, ""), (code, errors));
        var rows = output.Split('\n');
        Assert.Matches(@"^bad\.txt +3000  rejected +\d+\.\d  \w+: .+", rows[1]);
        Assert.Matches(@"^good\.md +\d+  accepted +\d+\.\d  c_[0-9a-f]{16}$", rows[2]);
        Assert.StartsWith("1 accepted, 1 rejected; ", rows[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_days_files_are_used_up_the_rest_is_not_even_offered()
    {
        await using var own = await AssayServer.StartAsync(null, "Quotas:FilesPerContributor=2");
        var person = await own.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        var folder = Folder([.. Enumerable.Range(0, 6).Select(number => ($"{number}.txt", Texts.Unique(100 + number)))]);

        var (code, lines, _) = await ContributeAsync(person, folder, own.Address, "--datanet", datanet, "--licence", Person.Licence, "--json");

        Assert.Equal(1, code);
        Assert.Equal(["received", "received", "refused", "refused", "refused", "refused"], lines.Select(line => (string)line["state"]!));
        Assert.EndsWith("Not offered to the server.", (string)lines[5]["reason"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("Not offered", (string)lines[2]["reason"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_run_says_why_and_ends_with_2()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        var folder = Folder(("a.md", Texts.Unique(300)));

        Assert.Equal(2, (await ContributeAsync(person, folder, "--datanet", "d_0000000000000000", "--licence", Person.Licence)).Code);
        Assert.Equal(2, (await ContributeAsync(person, Path.Combine(folder, "nothing"), "--datanet", datanet, "--licence", Person.Licence)).Code);
        Assert.Equal(2, (await ContributeAsync(person with { Key = "" }, folder, "--datanet", datanet, "--licence", Person.Licence)).Code);
        var (code, _, errors) = await ContributeAsync(person with { Key = "wrong" }, folder, "--datanet", datanet, "--licence", Person.Licence);
        Assert.Equal(2, code);
        Assert.Contains("API key", errors, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync(person.Key, [folder, "--server", "ftp://example.org", "--datanet", datanet, "--licence", "MIT"])).Code);
    }

    [Fact]
    public async Task The_client_goes_on_where_the_connection_broke()
    {
        var person = await server.JoinAsync();
        var datanet = (await person.OpenAsync()).Id;
        var content = Texts.Unique(3_500_000);
        await using var flaky = new FlakyStream(content, breaks: 2);
        using var client = new AssayClient(server.Address, person.Key);
        var seen = new List<long>();

        var outcome = await client.UploadAsync(datanet, new ContributionFacts("a.txt", Person.Licence), flaky, "flaky", new Seen(seen), Cancel);

        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)), outcome.View!.Sha256);
        Assert.Equal(content.Length, outcome.BytesSent);
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(2, flaky.Broken);

        var again = await client.UploadAsync(datanet, new ContributionFacts("a.txt", Person.Licence), new MemoryStream(content), "flaky", null, Cancel);
        Assert.Equal((outcome.View.Id, 0), (again.View!.Id, again.BytesSent));
        var copy = await client.UploadAsync(datanet, new ContributionFacts("a.txt", Person.Licence), new MemoryStream(content), "another", null, Cancel);
        Assert.Equal("duplicate", copy.Refused!.Reason);
    }

    private static Task<(int Code, List<JsonNode> Lines, string Errors)> ContributeAsync(Person person, string folder, Uri address, params string[] arguments) =>
        LinesAsync(RunAsync(person.Key, [folder, "--server", address.ToString(), .. arguments]));

    private Task<(int Code, List<JsonNode> Lines, string Errors)> ContributeAsync(Person person, string folder, params string[] arguments) =>
        ContributeAsync(person, folder, server.Address, arguments);

    private static async Task<(int Code, List<JsonNode> Lines, string Errors)> LinesAsync(Task<(int Code, string Output, string Errors)> run)
    {
        var (code, output, errors) = await run;
        return (code, [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)], errors);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string key, string[] arguments)
    {
        Assert.SkipUnless(File.Exists(Program), $"the program is not at {Program}: build the whole solution");
        var start = new ProcessStartInfo(Program, ["contribute", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASSAY_KEY"] = key;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, await output, await errors);
    }

    private string Folder(params (string Name, byte[] Content)[] files)
    {
        var folder = Path.Combine(server.Scratch, Guid.NewGuid().ToString("n"));
        foreach (var (name, content) in files)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }

        return folder;
    }

    private sealed class Seen(List<long> values) : IProgress<long>
    {
        public void Report(long value) => values.Add(value);
    }

    /// <summary>Fails some reads in the middle, as a network drive would.</summary>
    private sealed class FlakyStream(byte[] content, int breaks) : MemoryStream(content)
    {
        public int Broken { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position > 0 && Broken < breaks)
            {
                Broken++;
                throw new IOException("The line broke.");
            }

            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
