using Assay.Data.FileTypes;
using Assay.Testing.Media;

namespace Assay.Data.Tests.FileTypes.Pictures;

/// <summary>Every picture type is read to the last pixel, and whatever is missing, changed or added is named with its place.</summary>
public sealed class PictureFileTests
{
    public static TheoryData<string> Types { get; } = [".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tiff"];

    private static readonly Scene Shown = Scene.Draw(1);

    [Theory]
    [MemberData(nameof(Types))]
    public void A_whole_picture_is_read(string extension)
    {
        var content = Read(extension, PictureFiles.Make(Shown, extension));

        Assert.Equal((320, 240), (content.Width, content.Height));
        Assert.InRange(content.Contrast, 5, 120);
        Assert.InRange(content.Entropy, 3, 8);
        Assert.True(content.Sharpness > 20);
        Assert.True(content.Preview.Span.StartsWith("RIFF"u8));
        Assert.False(content.HasLocation);
    }

    [Fact]
    public void Lossless_copies_in_other_formats_have_the_same_pixels()
    {
        var pixels = ((string[])[".png", ".bmp", ".tiff"]).Select(extension => Read(extension, PictureFiles.Make(Shown, extension)).PixelSha256);

        Assert.Single(pixels.Distinct());
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_picture_cut_off_anywhere_is_refused(string extension)
    {
        var whole = PictureFiles.Make(Shown, extension);
        for (var length = whole.Length - 1; length > 8; length -= Math.Max(1, whole.Length / 97))
        {
            Assert.Throws<InvalidFileException>(() => Read(extension, whole[..length]));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Bytes_behind_the_picture_are_refused_with_their_place(string extension)
    {
        var whole = PictureFiles.Make(Shown, extension);

        var refused = Assert.Throws<InvalidFileException>(() => Read(extension, [.. whole, .. "PK\u0003\u0004 and more"u8]));

        Assert.Equal(FileFault.Damage, refused.Fault);
        Assert.Equal(whole.Length, refused.ByteOffset);
        Assert.Contains("ZIP archive", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Decoders fill the missing part with grey and call it a success.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Half_a_jpeg_with_an_end_marker_is_refused_where_its_pixels_end(int sampling)
    {
        var whole = PictureFiles.Jpeg(Shown, 85, sampling);
        for (var length = whole.Length - 3; length > whole.Length / 3; length -= 331)
        {
            byte[] cut = [.. whole[..length], 0xFF, 0xD9];

            var refused = Assert.Throws<InvalidFileException>(() => Read(".jpg", cut));

            Assert.Equal(FileFault.Damage, refused.Fault);
            Assert.InRange(refused.ByteOffset!.Value, length - 8, length + 2);
        }
    }

    [Theory]
    [InlineData("4:2:0")]
    [InlineData("4:4:4")]
    [InlineData("progressive")]
    [InlineData("restart")]
    [InlineData("grey")]
    public void Every_way_of_coding_a_jpeg_is_followed_to_its_end(string how)
    {
        foreach (var (width, height) in ((int, int)[])[(320, 240), (321, 241), (263, 227)])
        {
            var scene = Scene.Draw(5, width, height);
            var jpeg = how switch
            {
                "4:2:0" => PictureFiles.Jpeg(scene, 70, 0),
                "4:4:4" => PictureFiles.Jpeg(scene, 95, 1),
                _ => PictureFiles.MagickJpeg(scene, how),
            };

            Assert.Equal(how == "progressive", jpeg.AsSpan().IndexOf<byte>([0xFF, 0xC2]) >= 0);
            Assert.Equal(how == "restart", jpeg.AsSpan().IndexOf<byte>([0xFF, 0xDD, 0, 4]) >= 0);
            Assert.Equal((width, height), (Read(".jpg", jpeg).Width, Read(".jpg", jpeg).Height));
            for (var length = jpeg.Length - 3; length > jpeg.Length / 2; length -= jpeg.Length / 41)
            {
                Assert.Throws<InvalidFileException>(() => Read(".jpg", [.. jpeg[..length], 0xFF, 0xD9]));
            }
        }
    }

    internal static PictureContent Read(string extension, byte[] content) =>
        (PictureContent)Data.FileTypes.FileTypes.ByName("a" + extension)!.Read(content, TestContext.Current.CancellationToken);
}
