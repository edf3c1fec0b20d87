namespace Assay.Data.FileTypes.Pictures;

/// <summary>What the structure of a picture file says, found without unpacking a pixel.</summary>
/// <param name="Width">In pixels, as stored.</param>
/// <param name="Height">In pixels, as stored.</param>
/// <param name="Tags">What its metadata say.</param>
internal sealed record PictureHeader(int Width, int Height, PictureTags Tags);
