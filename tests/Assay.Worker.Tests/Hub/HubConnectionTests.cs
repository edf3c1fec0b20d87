using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Assay.Worker.Hub;

namespace Assay.Worker.Tests.Hub;

/// <summary>What a hub may not make a pull do.</summary>
public sealed class HubConnectionTests : IDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"assay-hub-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("https://127.0.0.1:9/model.safetensors", "127.0.0.1")]
    [InlineData("https://10.0.0.8/model.safetensors", "10.0.0.8")]
    [InlineData("https://169.254.169.254/latest/meta-data", "169.254.169.254")]
    [InlineData("https://[::1]/x", "::1")]
    [InlineData("https://[::ffff:192.168.0.1]/x", "192.168.0.1")]
    [InlineData("https://[fd00::1]/x", "fd00::1")]
    [InlineData("https://localhost:9/x", "localhost")]
    [InlineData("https://2130706433/x", "127.0.0.1")]
    public async Task A_redirect_to_an_address_inside_is_not_followed(string location, string named)
    {
        await using var hub = new FakeHub();
        hub.Override("model.safetensors", _ => FakeAnswer.Redirect(location));

        var error = await RefusedAsync(hub.Options, HubFailure.AddressRefused);

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://example.org/model.safetensors")]
    [InlineData("ftp://example.org/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:word@example.org/x")]
    public async Task A_redirect_away_from_https_is_not_followed(string location)
    {
        await using var hub = new FakeHub();
        hub.Override("model.safetensors", _ => FakeAnswer.Redirect(location));

        await RefusedAsync(hub.Options, HubFailure.AddressRefused);
    }

    [Fact]
    public async Task Another_port_of_this_machine_is_another_host()
    {
        await using var hub = new FakeHub();
        await using var inside = new FakeServer(_ => FakeAnswer.Text(200, "secret"));
        hub.Override("model.safetensors", _ => FakeAnswer.Redirect(new Uri(inside.Address, "admin").ToString()));

        await RefusedAsync(hub.Options, HubFailure.AddressRefused);

        Assert.Empty(inside.Requests);
    }

    [Fact]
    public async Task The_token_goes_to_the_hub_alone()
    {
        await using var hub = new FakeHub();
        await using var store = new FakeServer(request => hub.Serve("model.safetensors", request));
        hub.Override("model.safetensors", _ => FakeAnswer.Redirect(new Uri(store.Address, "blob?signature=x").ToString()));

        // The store is named as a mirror, so that the redirect to its loopback address is followed; the mirror itself fails for want of other files.
        await new ModelPull(hub.Options with { Token = "hf_secret", Mirror = new Uri(store.Address, "nowhere/") }, _ => { })
            .RunAsync(hub.Model, "main", folder, update: false, TestContext.Current.CancellationToken);

        Assert.All(hub.Requests, request => Assert.Equal("Bearer hf_secret", request.Headers["authorization"]));
        Assert.NotEmpty(store.Requests);
        Assert.All(store.Requests, request => Assert.False(request.Headers.ContainsKey("authorization")));
    }

    [Fact]
    public async Task A_mirror_that_lies_is_replaced_by_the_hub()
    {
        await using var hub = new FakeHub();
        await using var mirror = new FakeServer(_ => new FakeAnswer(200, new byte[300_000]));
        var notes = new List<string>();

        await new ModelPull(hub.Options with { Mirror = mirror.Address }, progress => notes.AddRange(progress.Note is { } note ? [note] : []))
            .RunAsync(hub.Model, "main", folder, update: false, TestContext.Current.CancellationToken);

        Assert.Equal(FakeHub.Tiny()["model.safetensors"], File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
        Assert.Contains(notes, note => note.Contains("is not the content that the hub lists", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Redirects_in_a_circle_end()
    {
        await using var hub = new FakeHub();
        hub.Override("config.json", request => FakeAnswer.Redirect(request.Target));

        Assert.Contains("more than 5 times", (await RefusedAsync(hub.Options, HubFailure.BadAnswer)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_stalls_is_given_up()
    {
        await using var hub = new FakeHub();
        hub.Override("model.safetensors", request => hub.Serve("model.safetensors", request) with { StallAfter = 0 });

        var error = await RefusedAsync(hub.Options with { MostAttempts = 2, StallTimeout = TimeSpan.FromMilliseconds(100) }, HubFailure.Unreachable);

        Assert.Contains("sent less than", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_given_up()
    {
        await using var server = new FakeServer(_ => new FakeAnswer(200, new byte[1]) { Headers = { ["Content-Length"] = "5" }, StallAfter = 0 });

        await RefusedAsync(new HubOptions { Host = server.Address, StallTimeout = TimeSpan.FromMilliseconds(100) }, HubFailure.Unreachable);
        await RefusedAsync(new HubOptions { Host = new Uri("http://127.0.0.1:1/") }, HubFailure.Unreachable);
    }

    [Theory]
    [InlineData(401, "GatedRepo", "Gated")]
    [InlineData(403, "GatedRepo", "Gated")]
    [InlineData(403, "", "Gated")]
    [InlineData(401, "", "NotFound")]
    [InlineData(404, "RepoNotFound", "NotFound")]
    [InlineData(404, "RevisionNotFound", "NotFound")]
    [InlineData(404, "EntryNotFound", "NotFound")]
    [InlineData(400, "", "BadAnswer")]
    public async Task Refusals_of_the_hub_are_told_apart(int status, string code, string failure)
    {
        await using var hub = new FakeHub();
        hub.Override("listing", _ => new FakeAnswer(status, []) { Headers = { ["X-Error-Code"] = code } });

        var error = await RefusedAsync(hub.Options, Enum.Parse<HubFailure>(failure));

        Assert.Equal(status is 401 or 403, error.Message.Contains("HF_TOKEN", StringComparison.Ordinal));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_gated_model_says_so_when_only_its_files_are_closed()
    {
        await using var hub = new FakeHub();
        hub.Override("model.safetensors", _ => new FakeAnswer(401, []) { Headers = { ["X-Error-Code"] = "GatedRepo" } });

        Assert.Contains("Accept its terms", (await RefusedAsync(hub.Options, HubFailure.Gated)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../config.json")]
    [InlineData("a/../../model.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("..\\\\config.json")]
    [InlineData("C:config.json")]
    [InlineData("a//b")]
    [InlineData("./config.json")]
    [InlineData("")]
    [InlineData("config.json\\u0000")]
    public async Task A_listing_with_a_name_that_leaves_the_folder_is_refused(string escaped)
    {
        await using var hub = new FakeHub();
        hub.Listing = root => root["siblings"]!.AsArray().Add(JsonNode.Parse($$"""{"rfilename":"{{escaped}}","size":1,"blobId":"{{FakeHub.Commit}}"}"""));

        Assert.Contains("leave the folder", (await RefusedAsync(hub.Options, HubFailure.BadAnswer)).Message, StringComparison.Ordinal);
        Assert.Single(hub.Requests);
    }

    [Theory]
    [InlineData("..%2fmodel.safetensors")]
    [InlineData("../model.safetensors")]
    [InlineData("missing.safetensors")]
    public async Task An_index_names_only_listed_shards(string shard)
    {
        var files = FakeHub.Tiny();
        files["model.safetensors.index.json"] = Encoding.UTF8.GetBytes($$$"""{"weight_map":{"a":"{{{shard}}}"}}""");
        await using var hub = new FakeHub(files);

        Assert.Contains(shard, (await RefusedAsync(hub.Options, HubFailure.BadAnswer)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_huge_listing_is_not_read_to_its_end()
    {
        await using var hub = new FakeHub();
        hub.Override("listing", _ => new FakeAnswer(200, new byte[17 << 20]));

        await RefusedAsync(hub.Options with { StallTimeout = TimeSpan.FromSeconds(20) }, HubFailure.TooLarge);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"sha\":\"main\",\"siblings\":[]}")]
    [InlineData("{\"sha\":3,\"siblings\":[]}")]
    [InlineData("{\"siblings\":[]}")]
    [InlineData("{\"sha\":\"0123456789abcdef0123456789abcdef01234567\",\"siblings\":{}}")]
    [InlineData("{\"sha\":\"0123456789abcdef0123456789abcdef01234567\",\"siblings\":[{\"rfilename\":\"config.json\"}]}")]
    [InlineData("{\"sha\":\"0123456789abcdef0123456789abcdef01234567\",\"siblings\":[{\"rfilename\":\"config.json\",\"size\":-1,\"blobId\":\"0123456789abcdef0123456789abcdef01234567\"}]}")]
    [InlineData("{\"sha\":\"0123456789abcdef0123456789abcdef01234567\",\"siblings\":[{\"rfilename\":\"config.json\",\"size\":1,\"blobId\":\"../../x\"}]}")]
    [InlineData("{\"sha\":\"0123456789abcdef0123456789abcdef01234567\",\"siblings\":[{\"rfilename\":\"config.json\",\"size\":1,\"lfs\":{\"sha256\":\"00\",\"size\":1}}]}")]
    [InlineData("{\"sha\":\"0123456789abcdef0123456789abcdef01234567\",\"siblings\":[{\"rfilename\":\"\\ud800\",\"size\":1}]}")]
    public async Task A_listing_of_another_form_is_refused(string json)
    {
        await using var hub = new FakeHub();
        hub.Override("listing", _ => FakeAnswer.Text(200, json));

        await RefusedAsync(hub.Options, HubFailure.BadAnswer);
    }

    [Theory]
    [InlineData("http://hub.example/")]
    [InlineData("ftp://hub.example/")]
    [InlineData("https://me:word@hub.example/")]
    public void Only_https_or_this_machine_is_a_host(string address) =>
        Assert.Equal(HubFailure.AddressRefused, Assert.Throws<HubException>(() => new HubConnection(new HubOptions { Host = new Uri(address) })).Failure);

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.9.9.9", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2001:0:1::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    public void Only_public_addresses_count(string address, bool expected) => Assert.Equal(expected, PublicAddresses.Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("gpt2")]
    [InlineData("a/b/c")]
    [InlineData("a/..")]
    [InlineData("../b")]
    [InlineData("a/b?x")]
    [InlineData("a/b--c")]
    [InlineData("a/b\n")]
    [InlineData("a/")]
    [InlineData("a /b")]
    public void A_model_is_named_by_owner_and_name(string text) => Assert.Throws<ArgumentException>(() => ModelId.Parse(text));

    private async Task<HubException> RefusedAsync(HubOptions options, HubFailure failure)
    {
        var error = await Assert.ThrowsAsync<HubException>(() => new ModelPull(options, _ => { })
            .RunAsync(ModelId.Parse("acme/tiny"), "main", folder, update: false, TestContext.Current.CancellationToken));
        Assert.Equal(failure, error.Failure);
        return error;
    }
}
