using Assay.Data.Duplicates;
using Assay.Data.Tests.FileTypes.Pictures;
using Assay.Testing.Media;
using SkiaSharp;

namespace Assay.Data.Tests.Duplicates;

/// <summary>Copies of a picture that were resized, packed again, made grey or cropped are found, and other pictures are not. The table stands in bench/README.md.</summary>
public sealed class PictureDuplicateTests(ITestOutputHelper output)
{
    private const int Few = 16, Many = 60;

    private static readonly (string Name, double LeastRejected, double LeastFound, Func<Scene, int, byte[]> Make)[] Copies =
    [
        ("half the size, PNG", 0.98, 1, (scene, _) => PictureFiles.Resize(scene, scene.Width / 2, scene.Height / 2).ToPng()),
        ("a third of the size, PNG", 0.98, 1, (scene, _) => PictureFiles.Resize(scene, scene.Width / 3, scene.Height / 3).ToPng()),
        ("twice the size, JPEG 85", 0.98, 1, (scene, _) => PictureFiles.Make(PictureFiles.Resize(scene, scene.Width * 2, scene.Height * 2), ".jpg")),
        ("other proportions (4:3 to 1:1), PNG", 0.98, 1, (scene, _) => PictureFiles.Resize(scene, scene.Height, scene.Height).ToPng()),
        ("JPEG 90", 0.98, 1, (scene, _) => PictureFiles.Encode(scene, SKEncodedImageFormat.Jpeg, 90)),
        ("JPEG 40", 0.98, 1, (scene, _) => PictureFiles.Encode(scene, SKEncodedImageFormat.Jpeg, 40)),
        ("JPEG 10", 0.75, 1, (scene, _) => PictureFiles.Encode(scene, SKEncodedImageFormat.Jpeg, 10)),
        ("WebP 50", 0.98, 1, (scene, _) => PictureFiles.Encode(scene, SKEncodedImageFormat.Webp, 50)),
        ("grey, PNG", 0.98, 1, (scene, _) => scene.Grey().ToPng()),
        ("cropped by 2 % of width and height, JPEG 85", 0.95, 1, (scene, seed) => PictureFiles.Make(Cropped(scene, seed, 0.02), ".jpg")),
        ("cropped by 5 % of width and height, JPEG 85", 0.95, 1, (scene, seed) => PictureFiles.Make(Cropped(scene, seed, 0.05), ".jpg")),
        ("cropped by 5 %, half the size, grey, JPEG 60", 0.9, 1, (scene, seed) => Everything(scene, seed)),
    ];

    [Fact]
    public void Copies_are_found() => FindCopies(Few);

    [Fact]
    [Trait("Tier", "Slow")]
    public void Copies_of_many_pictures_are_found() => FindCopies(Many);

    [Fact]
    public void Different_pictures_are_hardly_ever_near() => CompareOthers(100);

    [Fact]
    [Trait("Tier", "Slow")]
    public void Of_many_different_pictures_hardly_any_are_near() => CompareOthers(300);

    [Fact]
    [Trait("Tier", "Slow")]
    public void The_index_reads_a_small_share_of_what_it_holds()
    {
        const int Stored = 2_000, Asked = 50;
        var index = new Dictionary<int, int>();
        var rows = 0;
        for (var seed = 0; seed < Stored; seed++)
        {
            var hash = Hash(".png", Scene.Draw(20_000 + seed, 96, 72).ToPng());
            foreach (var key in hash.Crops.Append(hash.Whole).SelectMany(ImageHashKeys.Of))
            {
                index[key] = index.GetValueOrDefault(key) + 1;
                rows++;
            }
        }

        long[] read = [.. Enumerable.Range(0, Asked).Select(seed => ImageHashKeys.Near(Hash(".png", Scene.Draw(40_000 + seed, 96, 72).ToPng()).Whole).Sum(key => (long)index.GetValueOrDefault(key))).Order()];

        output.WriteLine($"{rows} rows of {Stored} pictures; a question of one hash reads {read[Asked / 2]} of them (median), {read[^1]} at most.");
        Assert.True(read[Asked / 2] < rows / 20);
    }

    private void FindCopies(int pictures)
    {
        var scenes = Enumerable.Range(0, pictures).Select(seed => Scene.Draw(1_000 + seed)).ToList();
        var hashes = scenes.ConvertAll(scene => Hash(".png", scene.ToPng()));
        var misses = new List<string>();
        output.WriteLine("| Copy | rejected (up to 4 bits) | found (up to 10 bits) | median of bits | most |");
        foreach (var (name, leastRejected, leastFound, make) in Copies)
        {
            int[] distances = [.. scenes.Select((scene, index) => hashes[index].Distance(Hash(Extension(name), make(scene, index)))).Order()];
            double rejected = distances.Count(bits => bits <= ImageHash.Same) / (double)pictures, found = distances.Count(bits => bits <= ImageHash.Different) / (double)pictures;
            output.WriteLine($"| {name} | {rejected:P0} | {found:P0} | {distances[pictures / 2]} | {distances[^1]} |");
            if (rejected < leastRejected - (1.0 / pictures) || found < leastFound)
            {
                misses.Add($"{name}: {rejected:P1} rejected and {found:P1} found; {leastRejected:P0} and {leastFound:P0} are the least. Distances {string.Join(' ', distances)}");
            }
        }

        Assert.Empty(misses);
    }

    private void CompareOthers(int others)
    {
        var hashes = Enumerable.Range(0, others).Select(seed => Hash(".png", Scene.Draw(5_000 + seed, 160, 120).ToPng())).ToList();
        int[] distances = [.. hashes.SelectMany((hash, index) => hashes.Skip(index + 1).Select(hash.Distance)).Order()];

        output.WriteLine($"{distances.Length} pairs: {distances.Count(bits => bits <= ImageHash.Same)} up to 4 bits, {distances.Count(bits => bits <= ImageHash.Different)} up to 10, median {distances[distances.Length / 2]}, least {distances[0]}.");
        Assert.Equal(0, distances.Count(bits => bits <= ImageHash.Same));
        Assert.True(distances.Count(bits => bits <= ImageHash.Different) <= distances.Length / 1_000);
    }

    [Fact]
    public void Every_hash_within_ten_bits_shares_a_key()
    {
        var random = new Random(3);
        for (var pair = 0; pair < 2_000; pair++)
        {
            var hash = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            var other = hash;
            foreach (var bit in Enumerable.Range(0, 64).OrderBy(_ => random.Next()).Take(random.Next(ImageHash.Different + 1)))
            {
                other ^= 1UL << bit;
            }

            Assert.NotEmpty(ImageHashKeys.Near(hash).Intersect(ImageHashKeys.Of(other)));
        }

        Assert.Equal(548, ImageHashKeys.Near(7).Distinct().Count());
    }

    /// <summary>Up to a share of width and of height is lost, at whichever sides.</summary>
    private static Scene Cropped(Scene scene, int seed, double share)
    {
        var random = new Random(seed);
        int wide = (int)(scene.Width * share), high = (int)(scene.Height * share);
        int left = random.Next(wide + 1), top = random.Next(high + 1);
        return scene.Crop(left, top, wide - left, high - top);
    }

    private static byte[] Everything(Scene scene, int seed)
    {
        var cropped = Cropped(scene, seed, 0.05).Grey();
        return PictureFiles.Encode(PictureFiles.Resize(cropped, cropped.Width / 2, cropped.Height / 2), SKEncodedImageFormat.Jpeg, 60);
    }

    private static string Extension(string name) => name.Contains("JPEG", StringComparison.Ordinal) ? ".jpg" : name.Contains("WebP", StringComparison.Ordinal) ? ".webp" : ".png";

    private static ImageHash Hash(string extension, byte[] content) => PictureFileTests.Read(extension, content).Hash;
}
