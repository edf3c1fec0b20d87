using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Data.Tests.FileTypes.Pictures;
using Assay.Testing.Media;

namespace Assay.Server.Tests.Contributions;

/// <summary>Pictures and clips, good and hostile, through the real worker program with its limits: each is decided, nothing stays in staging, and this process, which is the site, keeps its size.</summary>
public sealed class RealMediaTests
{
    private const string Said = "&licence=CC-BY-4.0&note=A%20buoy%20and%20a%20ship%20in%20the%20harbour&source=Own%20work%20here&intended_use=Recognising%20ships%20in%20a%20port";
    private const long MemoryBound = 256L << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_type_is_decided_by_the_worker_and_the_site_keeps_its_size()
    {
        await using var server = await RealWorkers.StartAsync("Quotas:FilesPerContributor=1000", "Quotas:BytesPerContributor=1000000000", "Quotas:BytesPerDatanet=1000000000");
        var person = await server.JoinAsync();
        var pictures = await OpenAsync(person, "image");
        var clips = await OpenAsync(person, "audio");
        var clip = Clip.Compose(5, seconds: 4);
        (string Kind, string Name, byte[] Content, string State)[] files =
        [
            .. ((string[])[".png", ".jpg", ".webp", ".bmp", ".tiff"]).Select((type, seed) => ("image", "good" + type, PictureFiles.Make(Scene.Draw(500 + seed), type), "accepted")),
            ("audio", "good.wav", clip.ToWav(), "accepted"),
            ("audio", "good.flac", FlacWriter.Encode(Clip.Compose(6, seconds: 4)), "accepted"),
            ("audio", "good.mp3", Mp3Writer.Frames(100), "accepted"),
            ("image", "large.png", Scene.Png(8_000, 5_000, ("IDAT", Zeros(5_000 * 24_001))), "review"), // 40 megapixels, blank
            ("image", "large.tiff", PictureFiles.Tiff(8_000, 4_999, Zeros(8_000 * 4_999 * 3), packing: 8), "review"),
            ("image", "bomb.png", Scene.Png(50_000, 50_000, ("IDAT", new byte[6_000])), "rejected"),
            ("image", "cut.jpg", [.. PictureFiles.Jpeg(Scene.Draw(9), 80, 0)[..4_000], 0xFF, 0xD9], "rejected"),
            ("image", "circle.tiff", PictureFiles.Tiff(Scene.Draw(9), next: -1), "rejected"),
            ("image", "zip.png", [.. Scene.Draw(9).ToPng(), .. "PK\u0003\u0004"u8], "rejected"),
            ("image", "small.png", Scene.Draw(9, 100, 90).ToPng(), "rejected"),
            ("audio", "cut.flac", FlacWriter.Encode(clip)[..9_000], "rejected"),
            ("audio", "endless.mp3", [.. Mp3Writer.Id3("x", stated: 200_000_000), .. Mp3Writer.Frames(9)], "rejected"),
        ];

        var before = Memory();
        var sent = new List<(string Id, string Name, string State)>();
        foreach (var (kind, name, content, state) in files)
        {
            sent.Add((await SendAsync(person, kind == "image" ? pictures.Id : clips.Id, name, content), name, state));
        }

        foreach (var (id, name, state) in sent)
        {
            var view = await Eventually.GetAsync(async () => await person.ContributionAsync(id) is { State: "accepted" or "rejected" or "review" } now ? now : null);
            Assert.True(view.State == state, $"{name} is {view.State}: {string.Join(" | ", view.Findings.Where(finding => finding.Score < 1000).Select(finding => $"{finding.Rule} {finding.Score} {finding.Evidence}"))}");
            Assert.DoesNotContain(view.Findings, finding => finding.Evidence.Contains("could not be read safely", StringComparison.Ordinal));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(server.Paths.Staging));
        Assert.True(Memory() - before < MemoryBound, $"The site grew by {(Memory() - before) >> 20} MiB.");
    }

    private static Task<DatanetView> OpenAsync(Person person, string kind) => person.PostAsync<DatanetView>("/api/v1/datanets",
        new { name = $"Real {Guid.NewGuid():n}", kind, purpose = Person.Purpose, licences = new[] { Person.Licence } });

    private static async Task<string> SendAsync(Person person, string datanet, string name, byte[] content)
    {
        using var answer = await person.SendAsync(datanet, name, content, query: Said);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Cancel));
        return (await Person.ReadAsync<ContributionView>(answer)).Id;
    }

    private static byte[] Zeros(int count)
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(new byte[count]);
        }

        return packed.ToArray();
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
