using System.Net;
using Assay.Client.Contributions;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Contributions;

/// <summary>Files that come in pieces (tus 1.0.0): the same gate, the same limits, and nothing beyond what was declared.</summary>
public sealed class UploadsTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_in_pieces_becomes_a_contribution_with_the_last_one()
    {
        var (person, datanet) = await StartAsync();
        var content = Texts.Unique(2500);
        var upload = await person.OpenUploadAsync(datanet, "pieces.md", 2500);
        Assert.Equal((2500, 1), await UsedAsync(person)); // reserved at once

        using var first = await person.PieceAsync(upload, 0, content[..1000]);
        Assert.Equal((HttpStatusCode.NoContent, "1000"), (first.StatusCode, first.Headers.GetValues("Upload-Offset").Single()));
        Assert.Single(first.Headers.GetValues("Upload-Expires"));
        Assert.Equal((HttpStatusCode.OK, 1000L), await person.OffsetAsync(upload));
        using var second = await person.PieceAsync(upload, 1000, content[1000..]);

        Assert.Equal((HttpStatusCode.NoContent, "2500"), (second.StatusCode, second.Headers.GetValues("Upload-Offset").Single()));
        var view = await person.GetAsync<ContributionView>(second.Content.Headers.ContentLocation!.ToString());
        Assert.Equal(("received", "pieces.md", 2500L), (view.State, view.FileName, view.Bytes));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)), view.Sha256);
        Assert.Equal((2500, 1), await UsedAsync(person));
        Assert.Equal((HttpStatusCode.OK, 2500L), await person.OffsetAsync(upload));
        Assert.Equal(view.Id, (await person.GetAsync<UploadView>(upload.ToString())).ContributionId);
        await server.AssertCountersAsync();
        Assert.Empty(Directory.EnumerateFiles(server.Paths.Staging, $"*{upload.ToString()[^16..]}*"));
    }

    [Fact]
    public async Task What_the_contributor_says_travels_in_the_metadata()
    {
        var (person, datanet) = await StartAsync();
        using var answer = await person.CreateAsync(datanet, "", 500, metadata: Tus.Metadata(("datanet", datanet), ("file_name", "Gezeiten ü.md"), ("licence", Person.Licence),
            ("source", "own wörk"), ("intended_use", "answers"), ("note", "exact"), ("language", "de"), ("filetype", "text/markdown")) + ",is_confidential");
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);

        (await person.PieceAsync(answer.Headers.Location!, 0, Texts.Unique(500))).Dispose();

        await using var db = server.Read();
        var row = await db.Contributions.AsNoTracking().FirstAsync(row => row.DatanetId == datanet, Cancel);
        Assert.Equal(("Gezeiten ü.md", "own wörk", "answers", "exact", "de"), (row.FileName, row.Source, row.IntendedUse, row.Note, row.Language));
        Assert.Equal("{}", (await db.Uploads.AsNoTracking().FirstAsync(upload => upload.ContributionId == row.Id, Cancel)).Facts); // kept once, where a removal finds it
    }

    [Theory]
    [InlineData("bad.exe", HttpStatusCode.UnsupportedMediaType, "unknown_type", 10)]
    [InlineData("large.md", HttpStatusCode.RequestEntityTooLarge, "too_large", 10_485_761)]
    [InlineData("empty.md", HttpStatusCode.UnprocessableEntity, "empty", 0)]
    public async Task What_the_gate_knows_before_the_first_byte_is_refused_at_the_creation(string name, HttpStatusCode status, string reason, long length)
    {
        var (person, datanet) = await StartAsync();

        await person.CreateAsync(datanet, name, length).RefusedAsync(status, reason);

        Assert.Equal((0, 0), await UsedAsync(person));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("datanet")]
    [InlineData("file_name %%%")]
    [InlineData("file_name YQ==,file_name YQ==")]
    [InlineData("file_name /w==,licence YQ==,datanet YQ==")]
    public async Task Metadata_that_says_too_little_or_nonsense_is_refused(string? metadata)
    {
        var (person, datanet) = await StartAsync();

        await person.CreateAsync(datanet, "", 10, metadata: metadata ?? Tus.Metadata(("datanet", datanet), ("file_name", "a.md"))).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
    }

    [Fact]
    public async Task The_content_is_judged_when_it_is_complete_and_a_refusal_costs_nothing_and_is_told_again()
    {
        var (person, datanet) = await StartAsync();
        byte[] picture = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13];
        var upload = await person.OpenUploadAsync(datanet, "picture.md", picture.Length);

        await person.PieceAsync(upload, 0, picture).RefusedAsync(HttpStatusCode.UnsupportedMediaType, "wrong_content");

        Assert.Equal((0, 0), await UsedAsync(person));
        Assert.Equal(HttpStatusCode.Gone, (await person.OffsetAsync(upload)).Status);
        await person.Http.GetAsync(upload, Cancel).RefusedAsync(HttpStatusCode.UnsupportedMediaType, "wrong_content");
        await person.PieceAsync(upload, 0, picture).RefusedAsync(HttpStatusCode.UnsupportedMediaType, "wrong_content");
        await server.AssertCountersAsync();
    }

    [Fact]
    public async Task The_same_bytes_in_pieces_are_refused_with_a_link_to_the_first()
    {
        var (person, datanet) = await StartAsync();
        var content = Texts.Unique(900);
        var first = await person.ContributeAsync(datanet, "first.md", content);
        var upload = await person.OpenUploadAsync(datanet, "second.md", 900);

        var problem = await person.PieceAsync(upload, 0, content).RefusedAsync(HttpStatusCode.Conflict, "duplicate");

        Assert.Equal(first.Id, problem.GetProperty("contribution").GetString());
        Assert.Equal((900, 1), await UsedAsync(person));
    }

    [Fact]
    public async Task A_piece_at_another_offset_is_refused_with_the_right_one()
    {
        var (person, datanet) = await StartAsync();
        var content = Texts.Unique(1000);
        var upload = await person.OpenUploadAsync(datanet, "a.md", 1000);
        (await person.PieceAsync(upload, 0, content[..400])).Dispose();

        foreach (var offset in (long[])[0, 399, 401, 1000, 5000])
        {
            using var wrong = await person.PieceAsync(upload, offset, content[..10]);
            Assert.Equal((HttpStatusCode.Conflict, "400"), (wrong.StatusCode, wrong.Headers.GetValues("Upload-Offset").Single()));
        }

        using var last = await person.PieceAsync(upload, 400, content[400..]);
        Assert.Equal(HttpStatusCode.NoContent, last.StatusCode);
        using var again = await person.PieceAsync(upload, 1000, []); // its acknowledgement was lost
        Assert.NotNull(again.Content.Headers.ContentLocation);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Never_a_byte_beyond_the_declared_length(bool chunked)
    {
        var (person, datanet) = await StartAsync();
        var content = Texts.Unique(1001);
        var upload = await person.OpenUploadAsync(datanet, "a.md", 1000);
        (await person.PieceAsync(upload, 0, content[..400])).Dispose();

        var rest = content[400..];
        using HttpContent body = chunked ? new ChunkedContent(rest) : new ByteArrayContent(rest);
        await person.PieceAsync(upload, 400, body).RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "longer_than_declared");

        Assert.Equal((HttpStatusCode.OK, 400L), await person.OffsetAsync(upload)); // nothing of that piece was kept
        Assert.Equal(400, new FileInfo(Path.Combine(server.Paths.Staging, Id(upload))).Length);
        using var right = await person.PieceAsync(upload, 400, content[400..1000]);
        Assert.Equal(HttpStatusCode.NoContent, right.StatusCode);
        Assert.Equal((1000, 1), await UsedAsync(person));
        Assert.Empty(server.Failures.Seen);
    }

    [Fact]
    public async Task A_broken_connection_keeps_what_arrived_and_the_rest_completes_it()
    {
        var (person, datanet) = await StartAsync();
        var content = Texts.Unique(5000);
        var upload = await person.OpenUploadAsync(datanet, "a.md", 5000);
        using (var broken = SlowUpload.Piece(server.Address, person.Key, upload, 0, 5000))
        {
            await broken.SendAsync(content[..1234]);
            await Eventually.TrueAsync(() => Task.FromResult(File.Exists(Path.Combine(server.Paths.Staging, Id(upload)))));
            var busy = await person.PieceAsync(upload, 0, content).RefusedAsync(HttpStatusCode.Locked, "busy"); // one writer at a time
            Assert.Contains("offset", busy.GetProperty("detail").GetString(), StringComparison.Ordinal);
            await person.HeadOrDeleteAsync(HttpMethod.Delete, upload).RefusedAsync(HttpStatusCode.Locked, "busy");
        }

        long? offset = 0;
        await Eventually.TrueAsync(async () => (offset = (await person.OffsetAsync(upload)).Offset) > 0);
        Assert.InRange(offset!.Value, 1, 1234);
        await Eventually.TrueAsync(async () =>
        {
            using var rest = await person.PieceAsync(upload, offset.Value, content[(int)offset.Value..]);
            return rest.StatusCode == HttpStatusCode.NoContent;
        });
        Assert.Equal((5000, 1), await UsedAsync(person));
        Assert.Empty(server.Failures.Seen);
    }

    [Fact]
    public async Task Of_many_pieces_at_once_one_wins_and_the_file_is_whole()
    {
        var (person, datanet) = await StartAsync();
        var content = Texts.Unique(300_000);
        var upload = await person.OpenUploadAsync(datanet, "a.md", content.Length);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ =>
        {
            using var answer = await person.PieceAsync(upload, 0, content[..200_000]);
            return answer.StatusCode;
        }));

        Assert.Single(statuses, HttpStatusCode.NoContent);
        Assert.All(statuses, status => Assert.True(status is HttpStatusCode.NoContent or HttpStatusCode.Conflict or HttpStatusCode.Locked, status.ToString()));
        using var rest = await person.PieceAsync(upload, 200_000, content[200_000..]);
        var view = await person.GetAsync<ContributionView>(rest.Content.Headers.ContentLocation!.ToString());
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)), view.Sha256);
    }

    [Fact]
    public async Task A_repeated_creation_finds_the_same_upload_and_later_the_contribution()
    {
        var (person, datanet) = await StartAsync();
        var content = Texts.Unique(600);
        var uploads = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => person.OpenUploadAsync(datanet, "a.md", 600, op: "once")));
        var upload = Assert.Single(uploads.Distinct());
        Assert.Equal((600, 1), await UsedAsync(person));
        await person.CreateAsync(datanet, "a.md", 601, op: "once").RefusedAsync(HttpStatusCode.UnprocessableEntity, "key_reused");
        await person.SendAsync(datanet, "a.md", content, op: "once").RefusedAsync(HttpStatusCode.UnprocessableEntity, "key_reused"); // another way of sending is another request

        (await person.PieceAsync(upload, 0, content)).Dispose();
        using var again = await person.CreateAsync(datanet, "a.md", 600, op: "once");

        Assert.Equal((HttpStatusCode.Created, "600"), (again.StatusCode, again.Headers.GetValues("Upload-Offset").Single()));
        Assert.NotNull(again.Content.Headers.ContentLocation);
        Assert.Equal((600, 1), await UsedAsync(person));
    }

    [Fact]
    public async Task An_upload_that_is_ended_gives_everything_back()
    {
        var (person, datanet) = await StartAsync();
        var upload = await person.OpenUploadAsync(datanet, "a.md", 5000, op: "again");
        (await person.PieceAsync(upload, 0, Texts.Unique(100))).Dispose();

        using var ended = await person.HeadOrDeleteAsync(HttpMethod.Delete, upload);

        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Equal((0, 0), await UsedAsync(person));
        Assert.False(File.Exists(Path.Combine(server.Paths.Staging, Id(upload))));
        Assert.Equal(HttpStatusCode.Gone, (await person.OffsetAsync(upload)).Status);
        await person.PieceAsync(upload, 100, Texts.Unique(100)).RefusedAsync(HttpStatusCode.Gone, "gone");
        Assert.NotEqual(upload, await person.OpenUploadAsync(datanet, "a.md", 5000, op: "again")); // the key is free again
    }

    [Fact]
    public async Task Requests_that_are_not_tus_or_not_ones_own_are_refused()
    {
        var (person, datanet) = await StartAsync();
        var other = await server.JoinAsync();
        var upload = await person.OpenUploadAsync(datanet, "a.md", 500);

        using var old = await person.CreateAsync(datanet, "a.md", 500, version: "0.2.2");
        Assert.Equal((HttpStatusCode.PreconditionFailed, "1.0.0"), (old.StatusCode, old.Headers.GetValues("Tus-Version").Single()));
        await person.CreateAsync(datanet, "a.md", 500, version: null).RefusedAsync(HttpStatusCode.PreconditionFailed, "tus_version");
        await person.PieceAsync(upload, 0, new ByteArrayContent([1]), version: null).RefusedAsync(HttpStatusCode.PreconditionFailed, "tus_version");
        await person.PieceAsync(upload, 0, new ByteArrayContent([1]), type: "application/octet-stream").RefusedAsync(HttpStatusCode.UnsupportedMediaType);
        await person.PieceAsync(upload, -1, new ByteArrayContent([1])).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await person.CreateAsync(datanet, "a.md", -5).RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await person.CreateAsync(datanet, "a.md", 5, op: "with blank").RefusedAsync(HttpStatusCode.BadRequest, "invalid");
        await other.PieceAsync(upload, 0, Texts.Unique(500)).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        Assert.Equal(HttpStatusCode.NotFound, (await other.OffsetAsync(upload)).Status);
        await other.Http.GetAsync(upload, Cancel).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await other.HeadOrDeleteAsync(HttpMethod.Delete, upload).RefusedAsync(HttpStatusCode.NotFound, "not_found");
        await (person with { Http = server.Anonymous }).CreateAsync(datanet, "a.md", 500).RefusedAsync(HttpStatusCode.Unauthorized);

        using var options = await server.Anonymous.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/api/v1/uploads"), Cancel);
        Assert.Equal(("1.0.0", "creation,termination,expiration", "10485760"),
            (options.Headers.GetValues("Tus-Version").Single(), options.Headers.GetValues("Tus-Extension").Single(), options.Headers.GetValues("Tus-Max-Size").Single()));
        Assert.Equal((500, 1), await UsedAsync(person));
        Assert.Empty(server.Failures.Seen);
    }

    private async Task<(Person Person, string Datanet)> StartAsync()
    {
        var person = await server.JoinAsync();
        return (person, (await person.OpenAsync()).Id);
    }

    private static async Task<(long Bytes, long Files)> UsedAsync(Person person)
    {
        var quota = await person.QuotaAsync();
        return (quota.ContributorBytes.Used, quota.ContributorFiles.Used);
    }

    private static string Id(Uri upload) => upload.ToString().Split('/')[^1];

    private sealed class ChunkedContent(byte[] bytes) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(bytes).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
