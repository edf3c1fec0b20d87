using System.Text;
using Assay.Worker.Hub;

namespace Assay.Worker.Tests.Hub;

/// <summary>Pulls from a hub on loopback that answers well, badly, or not at all.</summary>
public sealed class ModelPullTests : IDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"assay-pull-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_model_arrives_whole_without_code_or_pickles()
    {
        await using var hub = new FakeHub();

        var outcome = await PullAsync(hub);

        Assert.Equal(["LICENSE", "assay-pull.json", "config.json", "model.safetensors", "tokenizer.json"], Names());
        Assert.Equal(FakeHub.Tiny()["model.safetensors"], File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
        Assert.Equal(FakeHub.Commit, outcome.Manifest.Commit);
        Assert.Equal((4, false), (outcome.Fetched, outcome.Offline));
        Assert.Equal("sha256", outcome.Manifest.Files.Single(file => file.Name == "model.safetensors").CheckedBy);
        Assert.Equal("git-sha1", outcome.Manifest.Files.Single(file => file.Name == "config.json").CheckedBy);
        Assert.StartsWith("/api/models/acme/tiny/revision/main?blobs=true", hub.Requests.First().Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_pull_checks_without_the_network()
    {
        await using (var hub = new FakeHub())
        {
            await PullAsync(hub);
        }

        var outcome = await new ModelPull(new HubOptions { Host = new Uri("http://127.0.0.1:1/") }, _ => { })
            .RunAsync(ModelId.Parse("acme/tiny"), "main", folder, update: false, Cancel);

        Assert.Equal((0, true), (outcome.Fetched, outcome.Offline));
    }

    [Fact]
    public async Task A_changed_file_is_fetched_again_at_the_same_commit()
    {
        await using var hub = new FakeHub();
        await PullAsync(hub);
        string path = Path.Combine(folder, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(path);
        bytes[1000] ^= 1;
        File.WriteAllBytes(path, bytes);

        var outcome = await PullAsync(hub);

        Assert.Equal((1, false), (outcome.Fetched, outcome.Offline));
        Assert.Equal(FakeHub.Tiny()["model.safetensors"], File.ReadAllBytes(path));
        Assert.Contains(hub.Requests, request => request.Target.StartsWith($"/api/models/acme/tiny/revision/{FakeHub.Commit}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_transfer_cut_at_random_bytes_continues_each_time()
    {
        await using var hub = new FakeHub();
        var random = new Random(7);
        int cuts = 0;
        hub.Override("model.safetensors", request => ++cuts > 10 ? null
            : hub.Serve("model.safetensors", request) is var answer ? answer with { CutAfter = random.Next(1, Math.Min(40_000, answer.Body.Length)) } : null);

        await PullAsync(hub);

        Assert.Equal(FakeHub.Tiny()["model.safetensors"], File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
        int[] offsets = [.. hub.Requests.Where(request => request.Target.EndsWith("model.safetensors", StringComparison.Ordinal)).Select(request => request.From)];
        Assert.Equal(11, offsets.Length);
        Assert.Equal(offsets.Order().Distinct(), offsets);
    }

    [Fact]
    public async Task A_pull_that_gave_up_shows_no_file_and_the_next_one_continues()
    {
        await using var hub = new FakeHub();
        bool broken = true;
        hub.Override("model.safetensors", request => !broken ? null
            : request.From > 0 ? new FakeAnswer(503, []) : hub.Serve("model.safetensors", request) with { CutAfter = 123_457 });

        var error = await RefusedAsync(hub, HubFailure.Unreachable);
        Assert.Contains("123457 of 300000 bytes", error.Message, StringComparison.Ordinal);
        Assert.Equal([".pull"], Names());

        broken = false;
        await PullAsync(hub);
        Assert.Equal(123_457, hub.Requests.Last(request => request.Target.EndsWith("model.safetensors", StringComparison.Ordinal)).From);
        Assert.Equal(FakeHub.Tiny()["model.safetensors"], File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
        Assert.DoesNotContain(".pull", Names());
    }

    [Fact]
    public async Task A_host_that_ignores_ranges_is_read_from_the_start()
    {
        await using var hub = new FakeHub();
        int asked = 0;
        hub.Override("model.safetensors", _ => ++asked == 1
            ? new FakeAnswer(200, FakeHub.Tiny()["model.safetensors"]) { CutAfter = 5000 }
            : new FakeAnswer(200, FakeHub.Tiny()["model.safetensors"]));

        await PullAsync(hub);

        Assert.Equal(FakeHub.Tiny()["model.safetensors"], File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("config.json")]
    public async Task Other_bytes_than_listed_are_not_kept(string file)
    {
        await using var hub = new FakeHub();
        byte[] other = FakeHub.Tiny()[file];
        other[^1] ^= 1;
        hub.Override(file, _ => new FakeAnswer(200, other));

        var error = await RefusedAsync(hub, HubFailure.ChecksumDiffers);

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(file, Names());
        Assert.DoesNotContain(Directory.EnumerateFiles(folder, "*.part", SearchOption.AllDirectories), part => new FileInfo(part).Length == other.Length);
    }

    [Fact]
    public async Task Damaged_bytes_of_an_earlier_attempt_get_one_fresh_attempt()
    {
        await using var hub = new FakeHub();
        bool broken = true;
        hub.Override("model.safetensors", request => !broken ? null : request.From > 0 ? new FakeAnswer(503, []) : hub.Serve("model.safetensors", request) with { CutAfter = 5000 });
        await RefusedAsync(hub, HubFailure.Unreachable);
        string partial = Directory.EnumerateFiles(Path.Combine(folder, ".pull")).Single(path => new FileInfo(path).Length == 5000);
        File.WriteAllBytes(partial, new byte[5000]);
        broken = false;

        await PullAsync(hub);

        Assert.Equal(FakeHub.Tiny()["model.safetensors"], File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
    }

    [Fact]
    public async Task A_longer_body_than_listed_is_refused()
    {
        await using var hub = new FakeHub();
        hub.Override("config.json", _ => new FakeAnswer(200, new byte[5000]) { Headers = { ["Transfer-Encoding"] = "identity" } });

        await RefusedAsync(hub, HubFailure.ChecksumDiffers);
    }

    [Fact]
    public async Task Shards_come_from_the_index_and_other_weights_stay_away()
    {
        var files = Sharded();
        files["consolidated.safetensors"] = FakeHub.Content(9, 50_000);
        await using var hub = new FakeHub(files);

        await PullAsync(hub);

        Assert.Equal(["assay-pull.json", "config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"], Names());
        Assert.Equal(files["model-00002-of-00002.safetensors"], File.ReadAllBytes(Path.Combine(folder, "model-00002-of-00002.safetensors")));
    }

    [Fact]
    public async Task A_newer_commit_replaces_the_files_of_the_older_one()
    {
        await using (var hub = new FakeHub())
        {
            await PullAsync(hub);
        }

        await using var newer = new FakeHub(Sharded());
        var outcome = await new ModelPull(newer.Options, _ => { }).RunAsync(newer.Model, "main", folder, update: true, Cancel);

        Assert.Equal(3, outcome.Fetched); // config.json is the same in both
        Assert.DoesNotContain("model.safetensors", Names()); // a loader must not find the old weights
        Assert.DoesNotContain("LICENSE", Names());
    }

    [Fact]
    public async Task A_folder_with_something_else_is_left_alone()
    {
        await using var hub = new FakeHub();
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), "mine");

        await RefusedAsync(hub, HubFailure.FolderInUse);

        Assert.Equal("mine", File.ReadAllText(Path.Combine(folder, "config.json")));
        File.Delete(Path.Combine(folder, "config.json"));
        await PullAsync(hub);
        var other = await Assert.ThrowsAsync<HubException>(() => new ModelPull(hub.Options, _ => { }).RunAsync(ModelId.Parse("acme/other"), "main", folder, false, Cancel));
        Assert.Contains("holds acme/tiny", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pickle_only_models_are_refused_before_anything_is_fetched()
    {
        var files = FakeHub.Tiny();
        files.Remove("model.safetensors");
        await using var hub = new FakeHub(files);

        var error = await RefusedAsync(hub, HubFailure.NoSafetensors);

        Assert.Contains("pickles", error.Message, StringComparison.Ordinal);
        Assert.Single(hub.Requests);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_full_disk_is_noticed_before_the_weights()
    {
        await using var hub = new FakeHub();

        var error = await RefusedAsync(hub, HubFailure.DiskFull, hub.Options with { FreeBytes = _ => (64L << 20) + 100_000 });

        Assert.Contains("MiB are free", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(hub.Requests, request => request.Target.EndsWith(".safetensors", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disk_that_fills_up_on_the_way_is_named()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no /dev/full");
        await using var hub = new FakeHub();
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(FakeHub.Tiny()["model.safetensors"]));
        Directory.CreateDirectory(Path.Combine(folder, ".pull"));
        File.CreateSymbolicLink(Path.Combine(folder, ".pull", hash + ".part"), "/dev/full");

        await RefusedAsync(hub, HubFailure.DiskFull);
    }

    [Fact]
    public async Task Two_pulls_do_not_share_a_folder()
    {
        await using var hub = new FakeHub();
        using (new PullLock(new PullTarget(hub.Model, "main", "main", folder)))
        {
            await RefusedAsync(hub, HubFailure.FolderInUse);
        }

        await PullAsync(hub);
    }

    [Fact]
    public async Task A_model_above_the_allowed_size_is_refused()
    {
        await using var hub = new FakeHub();
        await RefusedAsync(hub, HubFailure.TooLarge, hub.Options with { MostBytes = 250_000 });

        hub.Listing = root => root["siblings"]!.AsArray().Single(entry => (string)entry!["rfilename"]! == "config.json")!["size"] = 5 << 20;
        await RefusedAsync(hub, HubFailure.TooLarge);
    }

    private static Dictionary<string, byte[]> Sharded() => new()
    {
        ["config.json"] = Encoding.UTF8.GetBytes("""{"model_type":"llama"}"""),
        ["model.safetensors.index.json"] = Encoding.UTF8.GetBytes("""{"metadata":{},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}"""),
        ["model-00001-of-00002.safetensors"] = FakeHub.Content(4, 10_000),
        ["model-00002-of-00002.safetensors"] = FakeHub.Content(5, 20_000),
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Task<PullOutcome> PullAsync(FakeHub hub) => new ModelPull(hub.Options, _ => { }).RunAsync(hub.Model, "main", folder, update: false, Cancel);

    private async Task<HubException> RefusedAsync(FakeHub hub, HubFailure failure, HubOptions? options = null)
    {
        var error = await Assert.ThrowsAsync<HubException>(() => new ModelPull(options ?? hub.Options, _ => { }).RunAsync(hub.Model, "main", folder, update: false, Cancel));
        Assert.Equal(failure, error.Failure);
        return error;
    }

    private string[] Names() => [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
}
