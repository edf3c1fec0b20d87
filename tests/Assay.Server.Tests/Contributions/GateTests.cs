using System.Net;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Server.Contributions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Assay.Server.Tests.Contributions;

/// <summary>What an upload is refused for, and that a refusal costs nothing and leaves nothing.</summary>
public sealed class GateTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_received_file_shows_its_hash_its_place_in_the_ledger_and_what_is_left()
    {
        var person = await server.JoinAsync();
        var datanet = await person.OpenAsync();
        var content = Texts.Unique(1000);

        var view = await person.ContributeAsync(datanet.Id, "../notes/tides.md", content);

        Assert.Equal("received", view.State);
        Assert.Equal("tides.md", view.FileName);
        Assert.Equal("md", view.Type);
        Assert.Equal(1000, view.Bytes);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)), view.Sha256);
        Assert.True(view.QueuePosition >= 1, $"The queue position is {view.QueuePosition}."); // others of this class wait, too
        Assert.Equal(new MeterView("contributor_bytes", 1000, 10_485_760, 10_484_760), view.Quota!.ContributorBytes);
        Assert.Equal(new MeterView("contributor_files", 1, 20, 19), view.Quota.ContributorFiles);
        Assert.Equal(new MeterView("datanet_bytes", 1000, 10_485_760, 10_484_760), view.Quota.DatanetBytes);
        Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(server.Folder, "blobs", view.Sha256[..2], view.Sha256[2..]), Cancel));
    }

    public static TheoryData<string, byte[], HttpStatusCode, string> BadFiles => new()
    {
        { "empty.md", [], HttpStatusCode.UnprocessableEntity, "empty" },
        { "program.exe", "MZ"u8.ToArray(), HttpStatusCode.UnsupportedMediaType, "unknown_type" },
        { "no-extension", "text"u8.ToArray(), HttpStatusCode.UnsupportedMediaType, "unknown_type" },
        { "picture.png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], HttpStatusCode.UnsupportedMediaType, "wrong_kind" },
        { "picture.md", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13], HttpStatusCode.UnsupportedMediaType, "wrong_content" },
        { "text.pdf", "This is no PDF."u8.ToArray(), HttpStatusCode.UnsupportedMediaType, "wrong_content" },
        { "text.docx", "This is no DOCX."u8.ToArray(), HttpStatusCode.UnsupportedMediaType, "wrong_content" },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task A_file_refused_at_the_gate_uses_nothing_and_leaves_nothing(string name, byte[] content, HttpStatusCode status, string reason)
    {
        var person = await server.JoinAsync();
        var datanet = await person.OpenAsync();

        await person.SendAsync(datanet.Id, name, content).RefusedAsync(status, reason);

        await AssertNothingAsync(person, datanet.Id);
    }

    [Fact]
    public Task A_file_of_one_byte_too_much_is_refused() => // no row of the theory: the runner keeps its rows as text, and this one took gigabytes
        A_file_refused_at_the_gate_uses_nothing_and_leaves_nothing("large.txt", new byte[10_485_761], HttpStatusCode.RequestEntityTooLarge, "too_large");

    [Fact]
    public async Task A_licence_that_the_datanet_does_not_take_is_refused_with_those_it_takes()
    {
        var person = await server.JoinAsync();
        var datanet = await person.OpenAsync();

        var problem = await person.SendAsync(datanet.Id, "a.md", Texts.Unique(500), query: "&licence=All-Rights-Reserved")
            .RefusedAsync(HttpStatusCode.UnprocessableEntity, "licence");

        Assert.Contains(Person.Licence, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await AssertNothingAsync(person, datanet.Id);
        using var lowerCase = await person.SendAsync(datanet.Id, "a.md", Texts.Unique(500), query: "&licence=cc-by-4.0");
        Assert.Equal(Person.Licence, (await Person.ReadAsync<ContributionView>(lowerCase)).Licence);
    }

    [Fact]
    public async Task A_datanet_that_is_not_open_takes_nothing_and_says_why()
    {
        var person = await server.JoinAsync();
        var datanet = await person.OpenAsync();
        await person.PostAsync<DatanetView>($"/api/v1/datanets/{datanet.Id}/state", new ChangeStateRequest("paused", "The harbour is frozen"));

        var problem = await person.SendAsync(datanet.Id, "a.md", Texts.Unique(500)).RefusedAsync(HttpStatusCode.Conflict, "not_open");

        Assert.Contains("The harbour is frozen", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await AssertNothingAsync(person, datanet.Id);
        await person.SendAsync("d_0000000000000000", "a.md", Texts.Unique(500)).RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task The_same_bytes_are_refused_under_any_name_in_any_datanet_and_the_first_is_linked()
    {
        var person = await server.JoinAsync();
        var other = await server.JoinAsync();
        var content = Texts.Unique(700);
        var first = await person.ContributeAsync((await person.OpenAsync()).Id, "first.md", content);
        var datanet = await other.OpenAsync();

        var problem = await other.SendAsync(datanet.Id, "second.txt", content).RefusedAsync(HttpStatusCode.Conflict, "duplicate");

        Assert.Equal(first.Id, problem.GetProperty("contribution").GetString());
        Assert.Equal($"/api/v1/contributions/{first.Id}", problem.GetProperty("location").GetString());
        await AssertNothingAsync(other, datanet.Id);
    }

    [Fact]
    public async Task A_request_without_length_key_or_with_an_encoding_is_refused()
    {
        var person = await server.JoinAsync();
        var datanet = await person.OpenAsync();
        var path = new Uri($"/api/v1/datanets/{datanet.Id}/contributions?file_name=a.md&licence={Person.Licence}", UriKind.Relative);

        await person.SendChunkedAsync(datanet.Id, "a.md", Texts.Unique(500), declared: null).RefusedAsync(HttpStatusCode.LengthRequired, "length_required");
        await person.Http.PostAsync(path, new ByteArrayContent(Texts.Unique(500)), Cancel).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await person.SendAsync(datanet.Id, "a.md", Texts.Unique(500), op: new string('k', 256)).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await person.SendAsync(datanet.Id, "a.md", Texts.Unique(500), op: "with blank").RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await person.SendAsync(datanet.Id, "a.md", Texts.Unique(500), query: "").RefusedAsync(HttpStatusCode.BadRequest);
        using var zipped = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Texts.Unique(500)) };
        zipped.Content.Headers.ContentEncoding.Add("gzip");
        zipped.Headers.Add("Idempotency-Key", "zipped");
        await person.Http.SendAsync(zipped, Cancel).RefusedAsync(HttpStatusCode.UnsupportedMediaType, "encoding");

        await AssertNothingAsync(person, datanet.Id);
    }

    [Fact]
    public async Task Long_declarations_and_answers_of_others_are_refused()
    {
        var person = await server.JoinAsync();
        var datanet = await person.OpenAsync();

        await person.SendAsync(datanet.Id, "a.md", Texts.Unique(500), query: $"&licence={Person.Licence}&note={new string('n', 1001)}").RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await person.SendAsync(datanet.Id, "a.md", Texts.Unique(500), query: $"&licence={Person.Licence}&from_answer=i_0000000000000000").RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await AssertNothingAsync(person, datanet.Id);
    }

    [Fact]
    public async Task Nobody_contributes_without_signing_in()
    {
        var person = await server.JoinAsync();
        var datanet = await person.OpenAsync();

        await (person with { Http = server.Anonymous }).SendAsync(datanet.Id, "a.md", Texts.Unique(500)).RefusedAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Sixty_refusals_within_an_hour_end_with_429_until_the_hour_is_over()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        await using var own = await AssayServer.StartAsync(clock);
        var person = await own.JoinAsync();
        var datanet = await person.OpenAsync();
        for (var number = 0; number < GateRefusals.PerHour; number++)
        {
            await person.SendAsync(datanet.Id, "program.exe", [1]).RefusedAsync(HttpStatusCode.UnsupportedMediaType);
        }

        clock.Advance(TimeSpan.FromMinutes(15));
        using var blocked = await person.SendAsync(datanet.Id, "good.md", Texts.Unique(500));
        Assert.Equal(HttpStatusCode.TooManyRequests, blocked.StatusCode);
        Assert.Equal(TimeSpan.FromMinutes(45), blocked.Headers.RetryAfter!.Delta);

        clock.Advance(TimeSpan.FromMinutes(45));
        await person.ContributeAsync(datanet.Id, "good.md", Texts.Unique(500));
    }

    [Fact]
    public async Task What_people_declare_comes_back_as_text_and_never_as_markup()
    {
        const string attack = "<script>alert(1)</script>";
        var person = await server.JoinAsync();
        var datanet = await person.OpenAsync();

        using var answer = await person.SendAsync(datanet.Id, attack + ".md", Texts.Unique(500),
            query: $"&licence={Person.Licence}&source={Uri.EscapeDataString(attack)}&note={Uri.EscapeDataString(attack)}");

        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("script>.md", (await Person.ReadAsync<ContributionView>(answer)).FileName);
    }

    [Theory]
    [InlineData("..\\..\\windows\\win.md", "win.md")]
    [InlineData("/etc/passwd.md", "passwd.md")]
    [InlineData("C:\\notes.md", "notes.md")]
    [InlineData("cod\u202egnp.md", "codgnp.md")]
    [InlineData("nul\0inside.md", "nulinside.md")]
    [InlineData("line\r\nX-Injected: yes.md", "lineX-Injected: yes.md")]
    [InlineData("..md", "..md")]
    public async Task A_hostile_name_is_shown_harmless_and_never_becomes_a_path(string name, string shown)
    {
        var person = await server.JoinAsync();
        var datanet = await person.OpenAsync();

        using var answer = await person.SendAsync(datanet.Id, name, Texts.Unique(500));

        Assert.False(answer.Headers.Contains("X-Injected"));
        Assert.Equal(shown, (await Person.ReadAsync<ContributionView>(answer)).FileName);
        Assert.All(Directory.EnumerateFiles(server.Folder, "*", SearchOption.AllDirectories), path => Assert.DoesNotContain("inject", path, StringComparison.OrdinalIgnoreCase));
    }

    private async Task AssertNothingAsync(Person person, string datanet)
    {
        var quota = await person.QuotaAsync(datanet);
        Assert.Equal((0, 0, 0), (quota.ContributorBytes.Used, quota.ContributorFiles.Used, quota.DatanetBytes.Used));
        await using var db = server.Read();
        Assert.False(await db.Contributions.AnyAsync(row => row.DatanetId == datanet, Cancel));
        Assert.Empty(server.Failures.Seen);
    }
}
