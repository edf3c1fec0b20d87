namespace Assay.Data.FileTypes;

/// <summary>What a picture shows, reduced to what it is judged, compared and shown by.</summary>
/// <param name="Width">In pixels, as the file stores it.</param>
/// <param name="Height">In pixels, as the file stores it.</param>
/// <param name="Extractor">Name and version of the code that read it.</param>
public sealed record PictureContent(int Width, int Height, string Extractor) : FileContent(Extractor)
{
    /// <summary>Standard deviation of the luminance, 0 to 127.5 of 255.</summary>
    public required double Contrast { get; init; }

    /// <summary>Entropy of the luminance's histogram in bits, 0 to 8.</summary>
    public required double Entropy { get; init; }

    /// <summary>Variance of the Laplacian of the luminance at 512 pixels on the longer side: small for blurred pictures.</summary>
    public required double Sharpness { get; init; }

    /// <summary>What near duplicates are found by.</summary>
    public required Duplicates.ImageHash Hash { get; init; }

    /// <summary>SHA-256 over size and pixels, lower-case hex: equal for lossless copies in another format.</summary>
    public required string PixelSha256 { get; init; }

    /// <summary>The picture upright as WebP, at most 512 pixels on the longer side: what pages show.</summary>
    public required ReadOnlyMemory<byte> Preview { get; init; }

    /// <summary>Whether the file carries a GPS position.</summary>
    public bool HasLocation { get; init; }

    /// <summary>Titles and descriptions in the file.</summary>
    public string Words { get; init; } = "";

    /// <inheritdoc/>
    public override string Describe() => $"{Width} × {Height} pixels";
}
