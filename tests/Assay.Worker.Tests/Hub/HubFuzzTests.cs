using System.Text;
using Assay.Testing;
using Assay.Worker.Hub;

namespace Assay.Worker.Tests.Hub;

/// <summary>Damaged answers of a hub and damaged manifests: only <see cref="HubException"/> may leave, and no file name that does.</summary>
public sealed class HubFuzzTests : IDisposable
{
    private readonly string folder = MemoryFolder.Create();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Damaged_answers_and_manifests_end_as_the_typed_exception() => Feed(20_000);

    [Fact]
    [Trait("Tier", "Slow")]
    public void A_million_damaged_answers_and_manifests() => Feed(1_000_000);

    private void Feed(int count)
    {
        string sha256 = new('a', 64);
        byte[] listing = Encoding.UTF8.GetBytes($$$"""
            {"id":"acme/tiny","sha":"{{{FakeHub.Commit}}}","gated":false,"siblings":[{"rfilename":"config.json","size":5,"blobId":"{{{FakeHub.Commit}}}"},
             {"rfilename":"model.safetensors","size":9,"blobId":"{{{FakeHub.Commit}}}","lfs":{"sha256":"{{{sha256}}}","size":9,"pointerSize":134}},{"rfilename":"onnx/model.onnx","size":1}]}
            """);
        byte[] index = Encoding.UTF8.GetBytes("""{"metadata":{"total_size":9},"weight_map":{"a":"model.safetensors","b":"model.safetensors"}}""");
        var valid = HubListing.Parse(listing);
        new PullManifest("https://hub/", "acme/tiny", "main", FakeHub.Commit, true, [new PulledFile("config.json", 5, sha256, "git-sha1")]).Write(folder);
        string manifest = Path.Combine(folder, PullManifest.FileName);
        (byte[] File, Action<byte[]> Read)[] files =
        [
            (listing, bytes => Assert.All(HubListing.Parse(bytes).Files, file => Assert.Equal(file.Name, Path.GetFileName(file.Name)))),
            (index, bytes => PullableFiles.ChooseWeights(valid, bytes)),
            (File.ReadAllBytes(manifest), bytes =>
            {
                File.WriteAllBytes(manifest, bytes);
                Assert.All(PullManifest.Find(folder)!.Files, file => Assert.Equal(file.Name, Path.GetFileName(file.Name)));
            }),
        ];
        foreach (var (file, read) in files)
        {
            Assert.InRange(Mutations.Feed<HubException>(file, count / files.Length, read), 1, (count / files.Length) - 1);
        }
    }
}
