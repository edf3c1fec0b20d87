namespace Assay.Data.FileTypes.Pictures;

/// <summary>What a picture's header may announce; looked at before anything is unpacked.</summary>
internal static class PictureLimits
{
    /// <summary>Most pixels, 40 megapixels.</summary>
    public const long MaximumPixels = 40_000_000;

    private const string Smaller = "Send it scaled down.";

    /// <exception cref="InvalidFileException">The picture is empty or larger than 40 megapixels.</exception>
    public static void Check(long width, long height, long at)
    {
        if (width < 1 || height < 1)
        {
            throw FileFaults.NotThis($"The header gives a size of {width} × {height} pixels.", at);
        }

        if (width > MaximumPixels || height > MaximumPixels || width * height > MaximumPixels)
        {
            throw FileFaults.Structure(
                $"The header announces {width} × {height} pixels; {MaximumPixels / 1_000_000} megapixels are the most. Nothing was unpacked.", Smaller, at);
        }
    }

    /// <summary>The refusal of a file with several pictures.</summary>
    public static InvalidFileException Several(string what, long at) =>
        FileFaults.Structure($"The file holds {what}; one picture a file is taken.", "Send each picture as a file of its own.", at);
}
