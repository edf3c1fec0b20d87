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

    internal static PictureContent Read(string extension, byte[] content) =>
        (PictureContent)Data.FileTypes.FileTypes.ByName("a" + extension)!.Read(content, TestContext.Current.CancellationToken);
}
