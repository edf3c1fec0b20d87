using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Assay.Worker.Hub;

namespace Assay.Worker.Tests.Hub;

/// <summary>A hub with one model, <c>acme/tiny</c>: lists its files and serves them, whole or from an offset.</summary>
internal sealed class FakeHub : IAsyncDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly ConcurrentDictionary<string, Func<FakeRequest, FakeAnswer?>> overrides = new();
    private readonly Dictionary<string, byte[]> files;
    private readonly FakeServer server;

    public FakeHub(Dictionary<string, byte[]>? files = null)
    {
        this.files = files ?? Tiny();
        server = new FakeServer(Answer);
    }

    public Uri Address => server.Address;

    public IReadOnlyCollection<FakeRequest> Requests => server.Requests;

    /// <summary>Changes the listing before it is sent.</summary>
    public Action<JsonObject>? Listing { get; set; }

    public ModelId Model { get; } = ModelId.Parse("acme/tiny");

    /// <summary>Options that find this hub and do not wait.</summary>
    public HubOptions Options => new()
    {
        Host = Address,
        RetryDelay = TimeSpan.Zero,
        StallTimeout = TimeSpan.FromMilliseconds(300),
        AnswerTimeout = TimeSpan.FromSeconds(20),
        LeastProgress = 1000,
    };

    public static Dictionary<string, byte[]> Tiny() => new()
    {
        ["config.json"] = Encoding.UTF8.GetBytes("""{"model_type":"llama"}"""),
        ["tokenizer.json"] = Encoding.UTF8.GetBytes("{}"),
        ["LICENSE"] = Encoding.UTF8.GetBytes("Do what you like."),
        ["model.safetensors"] = Content(1, 300_000),
        ["pytorch_model.bin"] = Content(2, 1000),
        ["modeling_tiny.py"] = Encoding.UTF8.GetBytes("import os"),
        ["onnx/model.onnx"] = Content(3, 1000),
    };

    public static byte[] Content(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Answers requests for a file differently; null falls back to the file.</summary>
    public void Override(string file, Func<FakeRequest, FakeAnswer?> answer) => overrides[file] = answer;

    public FakeAnswer Serve(string file, FakeRequest request)
    {
        byte[] all = files[file];
        return request.From == 0
            ? new FakeAnswer(200, all)
            : new FakeAnswer(206, all[request.From..]) { Headers = { ["Content-Range"] = $"bytes {request.From}-{all.Length - 1}/{all.Length}" } };
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private FakeAnswer Answer(FakeRequest request)
    {
        if (request.Target.StartsWith("/api/models/acme/tiny/revision/", StringComparison.Ordinal))
        {
            return overrides.TryGetValue("listing", out var listing) && listing(request) is { } other ? other : new FakeAnswer(200, Encoding.UTF8.GetBytes(List()));
        }

        string prefix = $"/acme/tiny/resolve/{Commit}/";
        string file = request.Target.StartsWith(prefix, StringComparison.Ordinal) ? request.Target[prefix.Length..] : "";
        return overrides.TryGetValue(file, out var answer) && answer(request) is { } own ? own
            : files.ContainsKey(file) ? Serve(file, request)
            : new FakeAnswer(404, []) { Headers = { ["X-Error-Code"] = "RepoNotFound" } };
    }

    private string List()
    {
        var siblings = new JsonArray();
        foreach (var (name, content) in files)
        {
            // As the hub does: weights in large-file storage by SHA-256, other files as git blobs.
            bool large = name.EndsWith(".safetensors", StringComparison.Ordinal) || name.EndsWith(".bin", StringComparison.Ordinal);
#pragma warning disable CA5350 // Git names its blobs so.
            string blobId = Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {content.Length}\0")), .. content]));
#pragma warning restore CA5350
            var entry = new JsonObject { ["rfilename"] = name, ["size"] = content.Length, ["blobId"] = blobId };
            if (large)
            {
                entry["blobId"] = new string('0', 40);
                entry["lfs"] = new JsonObject { ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(content)), ["size"] = content.Length, ["pointerSize"] = 134 };
            }

            siblings.Add(entry);
        }

        var root = new JsonObject { ["id"] = "acme/tiny", ["sha"] = Commit, ["siblings"] = siblings };
        Listing?.Invoke(root);
        return root.ToJsonString();
    }
}
