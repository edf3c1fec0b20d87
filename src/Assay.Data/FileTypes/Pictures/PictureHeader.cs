namespace Assay.Data.FileTypes.Pictures;

/// <summary>What the structure of a picture file says, found without unpacking a pixel.</summary>
/// <param name="Width">In pixels, as stored.</param>
/// <param name="Height">In pixels, as stored.</param>
/// <param name="Tags">What its metadata say.</param>
internal sealed record PictureHeader(int Width, int Height, PictureTags Tags)
{
    /// <summary>Also looks for a position in XMP, which stands as plain text in all the formats (XMP part 2, exif schema).</summary>
    public PictureHeader WithXmp(ReadOnlySpan<byte> content) =>
        content.IndexOf("exif:GPSLatitude"u8) >= 0 ? this with { Tags = Tags with { HasLocation = true } } : this;
}
