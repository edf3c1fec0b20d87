using System.Buffers.Binary;
using Assay.Data.Duplicates;
using Assay.Testing.Media;

namespace Assay.Data.Tests.FileTypes.Pictures;

/// <summary>A position in a picture is a signal wherever it is written, a turned picture is shown and compared upright, and its titles are its words.</summary>
public sealed class PictureTagsTests
{
    private static readonly Scene Shown = Scene.Draw(11);

    [Theory]
    [InlineData(".png", true)]
    [InlineData(".jpg", true)]
    [InlineData(".webp", true)]
    [InlineData(".png", false)]
    [InlineData(".jpg", false)]
    [InlineData(".webp", false)]
    public void A_position_is_seen(string extension, bool position)
    {
        var read = PictureFileTests.Read(extension, WithExif(extension, Shown, Exif(1, position)));

        Assert.Equal(position, read.HasLocation);
        Assert.Equal("A buoy", read.Words);
    }

    [Fact]
    public void A_position_in_xmp_is_seen()
    {
        var xmp = "XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta><rdf:Description exif:GPSLatitude=\"53,33.0N\"/></x:xmpmeta>"u8.ToArray();

        Assert.True(PictureFileTests.Read(".png", Shown.ToPng(("iTXt", xmp))).HasLocation);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void A_turned_picture_is_compared_upright(int orientation)
    {
        var upright = PictureFileTests.Read(".png", Shown.ToPng());
        var stored = Stored(Shown, orientation);

        var turned = PictureFileTests.Read(".png", WithExif(".png", stored, Exif(orientation, position: false)));

        Assert.InRange(upright.Hash.Distance(turned.Hash), 0, ImageHash.Same);
        Assert.Equal((stored.Width, stored.Height), (turned.Width, turned.Height));
    }

    [Fact]
    public void Titles_are_words_and_other_text_is_not()
    {
        var png = Shown.ToPng(("tEXt", "Title\0Cranes\u202E at dawn"u8.ToArray()), ("tEXt", "Software\0Paint"u8.ToArray()));

        Assert.DoesNotContain("Paint", PictureFileTests.Read(".png", png).Words, StringComparison.Ordinal);
        Assert.Contains("at dawn", PictureFileTests.Read(".png", png).Words, StringComparison.Ordinal);
    }

    /// <summary>An EXIF block with orientation, description and, if asked for, a latitude.</summary>
    private static byte[] Exif(int orientation, bool position)
    {
        var block = new byte[88];
        "MM\0*"u8.CopyTo(block);
        BinaryPrimitives.WriteInt32BigEndian(block.AsSpan(4), 8);
        BinaryPrimitives.WriteInt16BigEndian(block.AsSpan(8), 3);
        Entry(block.AsSpan(10), 0x0112, 3, 1, orientation << 16);
        Entry(block.AsSpan(22), 0x010E, 2, 7, 72);
        Entry(block.AsSpan(34), unchecked((short)0x8825), 4, 1, 50);
        BinaryPrimitives.WriteInt16BigEndian(block.AsSpan(50), 1);
        Entry(block.AsSpan(52), position ? (short)2 : (short)0, 2, 2, 0x4E000000);
        "A buoy\0"u8.CopyTo(block.AsSpan(72));
        return block;
    }

    private static void Entry(Span<byte> at, short tag, short type, int count, int value)
    {
        BinaryPrimitives.WriteInt16BigEndian(at, tag);
        BinaryPrimitives.WriteInt16BigEndian(at[2..], type);
        BinaryPrimitives.WriteInt32BigEndian(at[4..], count);
        BinaryPrimitives.WriteInt32BigEndian(at[8..], value);
    }

    private static byte[] WithExif(string extension, Scene scene, byte[] exif)
    {
        switch (extension)
        {
            case ".png":
                return scene.ToPng(("eXIf", exif));
            case ".jpg":
                var jpeg = PictureFiles.Make(scene, ".jpg");
                return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(exif.Length + 8), .. "Exif\0\0"u8, .. exif, .. jpeg[2..]];
            default:
                var webp = PictureFiles.Make(scene, ".webp");
                byte[] wide = [(byte)(scene.Width - 1), (byte)((scene.Width - 1) >> 8), 0, (byte)(scene.Height - 1), (byte)((scene.Height - 1) >> 8), 0];
                byte[] body = [.. "WEBPVP8X"u8, 10, 0, 0, 0, 8, 0, 0, 0, .. wide, .. webp[12..], .. "EXIF"u8, .. BitConverter.GetBytes(exif.Length), .. exif];
                return [.. "RIFF"u8, .. BitConverter.GetBytes(body.Length), .. body];
        }
    }

    /// <summary>What a camera would store, so that the orientation turns it upright: the inverse of EXIF's table.</summary>
    private static Scene Stored(Scene upright, int orientation)
    {
        var swapped = orientation >= 5;
        var (width, height) = swapped ? (upright.Height, upright.Width) : (upright.Width, upright.Height);
        var rgb = new byte[upright.Rgb.Length];
        for (var y = 0; y < upright.Height; y++)
        {
            for (var x = 0; x < upright.Width; x++)
            {
                // EXIF 2.32 table 6: where row 0 and column 0 of the stored picture lie when it is shown.
                int right = upright.Width - 1 - x, bottom = upright.Height - 1 - y;
                var (column, row) = orientation switch
                {
                    1 => (x, y),
                    2 => (right, y), // top, right
                    3 => (right, bottom), // bottom, right
                    4 => (x, bottom), // bottom, left
                    5 => (y, x), // left, top
                    6 => (y, right), // right, top
                    7 => (bottom, right), // right, bottom
                    _ => (bottom, x), // left, bottom
                };
                upright.Rgb.AsSpan(((y * upright.Width) + x) * 3, 3).CopyTo(rgb.AsSpan(((row * width) + column) * 3));
            }
        }

        return new Scene(width, height, rgb);
    }
}
