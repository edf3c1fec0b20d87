namespace Assay.Data.FileTypes.Pictures;

/// <summary>A picture of at most 512 pixels a side, three bytes a pixel, with the figures of the whole one.</summary>
internal sealed record ReducedPicture(int Width, int Height, byte[] Rgb)
{
    public required double Contrast { get; init; }

    public required double Entropy { get; init; }

    public required string PixelSha256 { get; init; }

    /// <summary>The luminance of each pixel.</summary>
    public byte[] Luminance()
    {
        var plane = new byte[Width * Height];
        for (var at = 0; at < plane.Length; at++)
        {
            plane[at] = PictureReduction.Luminance(Rgb[at * 3], Rgb[(at * 3) + 1], Rgb[(at * 3) + 2]);
        }

        return plane;
    }

    /// <summary>Turns the picture as its EXIF orientation asks for.</summary>
    public ReducedPicture Upright(int orientation)
    {
        if (orientation is < 2 or > 8)
        {
            return this;
        }

        var swapped = orientation >= 5;
        var (width, height) = swapped ? (Height, Width) : (Width, Height);
        var turned = new byte[Rgb.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (fromX, fromY) = orientation switch
                {
                    2 => (Width - 1 - x, y),
                    3 => (Width - 1 - x, Height - 1 - y),
                    4 => (x, Height - 1 - y),
                    5 => (y, x),
                    6 => (y, Height - 1 - x),
                    7 => (Width - 1 - y, Height - 1 - x),
                    _ => (Width - 1 - y, x),
                };
                Rgb.AsSpan(((fromY * Width) + fromX) * 3, 3).CopyTo(turned.AsSpan(((y * width) + x) * 3));
            }
        }

        return this with { Width = width, Height = height, Rgb = turned };
    }

    /// <summary>Variance of the four-neighbour Laplacian.</summary>
    public double Sharpness()
    {
        if (Width < 3 || Height < 3)
        {
            return 0;
        }

        var plane = Luminance();
        long sum = 0, squares = 0, count = (long)(Width - 2) * (Height - 2);
        for (var y = 1; y < Height - 1; y++)
        {
            for (var x = 1; x < Width - 1; x++)
            {
                var at = (y * Width) + x;
                var value = plane[at - 1] + plane[at + 1] + plane[at - Width] + plane[at + Width] - (4 * plane[at]);
                sum += value;
                squares += (long)value * value;
            }
        }

        var mean = (double)sum / count;
        return ((double)squares / count) - (mean * mean);
    }
}
