using Assay.Data.FileTypes;
using Assay.Data.FileTypes.Pictures;
using Assay.Data.Tests.FileTypes.Pictures;
using Assay.Testing;
using Assay.Testing.Media;

namespace Assay.Data.Tests.FileTypes;

/// <summary>Damages good pictures, clips and document shells in seeded ways: only <see cref="InvalidFileException"/> leaves a reader of ours, and no damaged file takes long or much memory.</summary>
public sealed class MediaFuzzTests(ITestOutputHelper output)
{
    private const int Few = 5_000, Many = 200_000;

    private static readonly Scene Shown = Scene.Draw(3, 48, 40);
    private static readonly Clip Heard = Clip.Compose(3, seconds: 0.3, rate: 8_000);
    private static readonly byte[] Exif = [.. "II*\0"u8, 8, 0, 0, 0, 3, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0x0E, 1, 2, 0, 4, 0, 0, 0, .. "Sea\0"u8, 0x25, 0x88, 4, 0, 1, 0, 0, 0, 50, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 5, 0, 3, 0, 0, 0, 8, 0, 0, 0];

    private static readonly Dictionary<string, (byte[] Good, Action<byte[]> Read)> Readers = new()
    {
        ["png"] = (Shown.ToPng(("eXIf", Exif), ("tEXt", "Title\0Boats"u8.ToArray())), bytes => PngWalk.Read(bytes, default)),
        ["png pixels behind right checksums"] = (Packed(), bytes => PngWalk.Read(Scene.Png(48, 40, ("IDAT", bytes), ("iCCP", [.. "x\0\0"u8, .. bytes])), default)),
        ["jpeg"] = (PictureFiles.Jpeg(Shown, 80, 0), bytes => JpegWalk.Read(bytes, default)),
        ["jpeg progressive"] = (PictureFiles.MagickJpeg(Shown, "progressive"), bytes => JpegWalk.Read(bytes, default)),
        ["jpeg restart"] = (PictureFiles.MagickJpeg(Shown, "restart"), bytes => JpegWalk.Read(bytes, default)),
        ["webp"] = (PictureFiles.Make(Shown, ".webp"), bytes => WebpWalk.Read(bytes, default)),
        ["bmp"] = (PictureFiles.Bmp(Shown), bytes => BmpWalk.Read(bytes)),
        ["tiff"] = (PictureFiles.Tiff(Scene.Draw(3, 16, 12)), bytes => TiffWalk.Read(bytes, default)),
        ["archive walk of docx"] = (TestFiles.Docx("# Bees", TestFiles.Paragraph), bytes => ArchiveGuard.Check(bytes, default)),
        ["docx"] = (TestFiles.Docx("# Bees", TestFiles.Paragraph), bytes => new DocxFile().Read(bytes, default)),
        ["pdf guard"] = (TestFiles.Pdf(TestFiles.Paragraph), bytes => PdfGuard.Check(bytes, default)),
        ["exif"] = (Exif, bytes => ExifBlock.Read(bytes)),
        ["wav"] = (Heard.ToWav(), bytes => new WavFile().Read(bytes, default)),
        ["flac"] = (FlacWriter.Encode(Heard), bytes => new FlacFile().Read(bytes, default)),
        ["flac linear"] = (FlacWriter.Encode([[.. Heard.Samples.Select(sample => (int)sample)], [.. Heard.Samples.Select(sample => sample / 2)]], 8_000, 16, FlacWriter.Coding.Linear, 10, comment: "Gulls"), bytes => new FlacFile().Read(bytes, default)),
        ["mp3"] = ([.. Mp3Writer.Id3("Gulls"), .. Mp3Writer.Frames(6, announced: 6), .. Mp3Writer.Ape(), .. Mp3Writer.Id3v1()], bytes => new Mp3File().Read(bytes, default)),
    };

    private static byte[] Packed()
    {
        var png = Shown.ToPng();
        return png[41..^16]; // header, its chunk and the pixels' length and mark before; checksum and end chunk behind
    }

    public static TheoryData<string> Names { get; } = [.. Readers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Only_the_typed_exception_leaves_a_reader(string name) => Feed(name, Few);

    [Theory]
    [Trait("Tier", "Slow")]
    [MemberData(nameof(Names))]
    public void Only_the_typed_exception_leaves_a_reader_in_200_000_tries(string name) => Feed(name, Many);

    /// <summary>The checksums would stop nearly every mutant of a FLAC at its first frame; here they are right, so that the codes behind them are reached.</summary>
    [Fact]
    public void Damage_behind_right_checksums_is_refused_too() => Frames(Few);

    [Fact]
    [Trait("Tier", "Slow")]
    public void Damage_behind_right_checksums_is_refused_in_200_000_tries() => Frames(Many);

    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg")]
    [InlineData(".webp")]
    [InlineData(".bmp")]
    [InlineData(".tiff")]
    public void Only_the_typed_exception_leaves_a_decoder(string extension)
    {
        var type = Data.FileTypes.FileTypes.ByName("a" + extension)!;

        Mutations.Feed<InvalidFileException>(PictureFiles.Make(Shown, extension), 1_000, bytes => type.Read(bytes, default));
    }

    private void Feed(string name, int count)
    {
        var (good, read) = Readers[name];
        var accepted = Mutations.Feed<InvalidFileException>(good, count, read);
        output.WriteLine($"{name}: {count} mutants, {accepted} accepted, 0 escapes.");
        Assert.InRange(accepted, 1, count); // the undamaged copy is one of them
    }

    private void Frames(int count)
    {
        var good = FlacWriter.Encode(Heard, FlacWriter.Coding.Linear);
        var accepted = Mutations.Feed<InvalidFileException>(good[42..], count, bytes => new FlacFile().Read([.. good[..26], .. new byte[16], .. FlacWriter.Repaired(bytes, good.Length - 42)], default));
        output.WriteLine($"flac frames with right checksums: {count} mutants, {accepted} accepted, 0 escapes.");
        Assert.True(accepted > 1);
    }
}
