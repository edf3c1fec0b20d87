using System.Net;
using System.Text;
using System.Text.Json;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Client.Transparency;
using Assay.Ledger.Appending;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Proofs;

namespace Assay.Server.Tests.Transparency;

public sealed class LedgerOverHttpTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_files_in_the_data_folder_are_a_whole_and_true_log()
    {
        var (person, _) = await SomebodyAsync();
        var report = await CheckAsync();

        Assert.True(report.IsGood, report.Problem?.ToString());
        Assert.Equal((await person.GetAsync<LedgerView>("/api/v1/ledger")).Size, report.EntriesChecked);
        Assert.True(report.EntriesChecked >= 6); // genesis, two policies, key, datanet, contribution
    }

    [Fact]
    public async Task A_receipt_verifies_offline_and_no_changed_byte_survives()
    {
        var (person, view) = await SomebodyAsync();
        var receipt = await person.Http.GetByteArrayAsync(new Uri($"/api/v1/contributions/{view.Id}/receipt", UriKind.Relative), Cancel);
        var verifier = await VerifierAsync();

        Assert.Null(Receipt.Parse(receipt).FindProblem(verifier));
        Assert.Equal(view.LedgerIndex, Receipt.Parse(receipt).Index);
        Assert.True((await AskAsync(receipt)).GetProperty("good").GetBoolean());
        for (var at = 0; at < receipt.Length; at += Math.Max(1, receipt.Length / 64))
        {
            var changed = (byte[])receipt.Clone();
            changed[at] ^= 1;
            var answer = await AskAsync(changed);
            Assert.False(answer.GetProperty("good").GetBoolean(), $"byte {at}");
            Assert.NotEmpty(answer.GetProperty("problem").GetString()!);
        }
    }

    [Fact]
    public async Task Whatever_is_sent_as_a_receipt_gets_an_answer()
    {
        foreach (var bytes in (byte[][])[[], [0], new byte[300_000], [.. Enumerable.Repeat((byte)'\n', 1000)], "c2sp.org/tlog-proof@v1\nextra \nindex 99999999999999999999\n\n"u8.ToArray()])
        {
            Assert.False((await AskAsync(bytes)).GetProperty("good").GetBoolean());
        }

        Assert.Empty(server.Failures.Seen);
    }

    [Fact]
    public async Task The_log_is_served_in_the_standard_paths()
    {
        await SomebodyAsync();
        foreach (var prefix in (string[])["", "/ledger"])
        {
            var checkpoint = Checkpoint.Parse(SignedNote.Parse(await BytesAsync(prefix + "/checkpoint")).Text);
            Assert.Equal(32 * checkpoint.Size, (await BytesAsync($"{prefix}/tile/0/000.p/{checkpoint.Size}")).Length);
            Assert.NotEmpty(await BytesAsync($"{prefix}/tile/entries/000.p/{checkpoint.Size}"));
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(server.Folder, "ledger", "vkey"), Cancel), await BytesAsync(prefix + "/vkey"));
        }
    }

    [Theory]
    [InlineData("/tile/0/000.p/999")]
    [InlineData("/tile/0/../../keys/log-key")]
    [InlineData("/tile/..%2f..%2fkeys%2flog-key")]
    [InlineData("/tile/%2e%2e/%2e%2e/keys/log-key")]
    [InlineData("/tile/0/000.p/0")]
    [InlineData("/tile/0/x000/1")]
    [InlineData("/tile/99/000")]
    [InlineData("/tile/0/000\\..\\..\\keys")]
    [InlineData("/ledger/tile/0//000")]
    [InlineData("/keys/log-key")]
    [InlineData("/assay.db")]
    public async Task No_other_path_reaches_the_disk(string path)
    {
        await SomebodyAsync();
        using var upload = new RawRequest(server.Address);

        var answer = await upload.SendAsync($"GET {path} HTTP/1.1\r\nHost: {server.Address.Authority}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 404", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_are_listed_as_they_are_hashed_and_only_the_contributor_gets_the_salt()
    {
        var (person, view) = await SomebodyAsync();
        var stranger = await server.JoinAsync();

        var page = await person.GetAsync<Page<LedgerEntryView>>("/api/v1/ledger/entries?from=0&count=3");
        Assert.Equal(["genesis", "policy", "policy"], page.Items.Select(entry => entry.Type));
        Assert.Equal("3", page.Next);
        Assert.Empty((await person.GetAsync<Page<LedgerEntryView>>("/api/v1/ledger/entries?from=999999")).Items);
        Assert.Equal(32, Convert.FromBase64String((await person.Http.GetStringAsync(new Uri($"/api/v1/contributions/{view.Id}/salt", UriKind.Relative), Cancel)).Trim()).Length);
        await stranger.Http.GetAsync(new Uri($"/api/v1/contributions/{view.Id}/salt", UriKind.Relative), Cancel).RefusedAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Names_addresses_and_contents_never_reach_the_log()
    {
        var (person, view) = await SomebodyAsync();

        var log = string.Concat(Directory.EnumerateFiles(Path.Combine(server.Folder, "ledger"), "*", SearchOption.AllDirectories).Select(path => File.ReadAllText(path, Encoding.Latin1)));

        foreach (var secret in (string[])[person.Account.Email, person.Account.Name, view.FileName, view.Sha256, "Person.Purpose", "Harbor"])
        {
            Assert.DoesNotContain(secret, log, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task What_was_appended_beside_or_before_a_restart_is_published_and_the_log_only_grows()
    {
        await using var own = await AssayServer.StartAsync(null);
        await own.JoinAsync();
        await Eventually.TrueAsync(async () => await SizeAsync(own) == 4);
        var before = Checkpoint.Parse(SignedNote.Parse(await File.ReadAllBytesAsync(Path.Combine(own.Folder, "ledger", "checkpoint"), Cancel)).Text);

        await own.RestartAsync();
        await own.JoinAsync();
        await Eventually.TrueAsync(async () => await SizeAsync(own) == 5);

        var verifier = NoteVerifier.Parse((await File.ReadAllTextAsync(Path.Combine(own.Folder, "ledger", "vkey"), Cancel)).Trim());
        var report = await LedgerFsck.CheckAsync(new FileTileStore(Path.Combine(own.Folder, "ledger")), verifier, before, Cancel);
        Assert.True(report.IsGood, report.Problem?.ToString());
    }

    private static async Task<long> SizeAsync(AssayServer server)
    {
        using var answer = await server.Anonymous.GetAsync(new Uri("/api/v1/ledger", UriKind.Relative), Cancel);
        return answer.StatusCode == HttpStatusCode.OK ? (await Person.ReadAsync<LedgerView>(answer)).Size : 0;
    }

    private async Task<(Person Person, ContributionView View)> SomebodyAsync()
    {
        var person = await server.JoinAsync();
        var view = await person.ContributeAsync((await person.OpenAsync()).Id, "private name.md", Texts.Unique(700));
        view = await Eventually.GetAsync(async () => await person.ContributionAsync(view.Id) is { LedgerIndex: not null } now ? now : null);
        await person.Http.GetByteArrayAsync(new Uri($"/api/v1/contributions/{view.Id}/receipt", UriKind.Relative), Cancel); // waits for a checkpoint that covers it
        return (person, view);
    }

    private async Task<NoteVerifier> VerifierAsync() => NoteVerifier.Parse(Encoding.ASCII.GetString(await BytesAsync("/vkey")).Trim());

    private async Task<LedgerReport> CheckAsync() =>
        await LedgerFsck.CheckAsync(new FileTileStore(Path.Combine(server.Folder, "ledger")), await VerifierAsync(), null, Cancel);

    private Task<byte[]> BytesAsync(string path) => server.Anonymous.GetByteArrayAsync(new Uri(path, UriKind.Relative), Cancel);

    private async Task<JsonElement> AskAsync(byte[] receipt)
    {
        using var answer = await server.Anonymous.PostAsync(new Uri("/api/v1/ledger/receipts", UriKind.Relative), new ByteArrayContent(receipt), Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await Person.ReadAsync<JsonElement>(answer);
    }
}
