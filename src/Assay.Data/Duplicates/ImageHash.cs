using System.Numerics;

namespace Assay.Data.Duplicates;

/// <summary>64-bit difference hashes of a picture: whether each of 9 × 8 cells is darker than its right neighbour. One of the whole picture and one of each of the crops that a copy may be.</summary>
/// <param name="Whole">Of the whole picture.</param>
/// <param name="Crops">Of the picture without a margin, for copies that lost one.</param>
public sealed record ImageHash(ulong Whole, IReadOnlyList<ulong> Crops)
{
    /// <summary>Up to this distance two pictures are the same.</summary>
    public const int Same = 4;

    /// <summary>Beyond this distance two pictures are different.</summary>
    public const int Different = 10;

    private const int Columns = 9, Rows = 8;

    /// <summary>How much brighter the right neighbour must be, of 255: without it the grain of an even surface would decide.</summary>
    private const double Step = 1;

    /// <summary>Parts of the picture that are hashed beside the whole: left, top, right and bottom margin as shares of the side.</summary>
    private static readonly (double Left, double Top, double Right, double Bottom)[] Margins = [.. MarginsOf(0.05, 3), .. MarginsOf(0.025, 2)];

    /// <summary>The hashes of a luminance plane.</summary>
    /// <param name="luminance">Row by row, one byte a pixel.</param>
    /// <param name="width">Of the plane in pixels.</param>
    /// <param name="height">Of the plane in pixels.</param>
    public static ImageHash Of(ReadOnlySpan<byte> luminance, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(luminance.Length, width * height);
        var crops = new ulong[Margins.Length];
        for (var index = 0; index < crops.Length; index++)
        {
            crops[index] = Hash(luminance, (width, height), Margins[index]);
        }

        return new ImageHash(Hash(luminance, (width, height), (0, 0, 0, 0)), crops);
    }

    /// <summary>Bits in which two pictures differ, 0 to 64: the least over whole against whole and whole against crops of the other.</summary>
    public int Distance(ImageHash other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var least = BitOperations.PopCount(Whole ^ other.Whole);
        foreach (var crop in other.Crops)
        {
            least = Math.Min(least, BitOperations.PopCount(Whole ^ crop));
        }

        foreach (var crop in Crops)
        {
            least = Math.Min(least, BitOperations.PopCount(crop ^ other.Whole));
        }

        return least;
    }

    /// <summary>Novelty of a picture at this distance from its nearest neighbour: 0 up to 4, 1000 beyond 10, linear between.</summary>
    public static int Novelty(int distance) => Math.Clamp((distance - Same) * 1000 / (Different + 1 - Same), 0, 1000);

    /// <summary>Every way to lose a share of width and of height, in even steps between one side and the other.</summary>
    private static IEnumerable<(double Left, double Top, double Right, double Bottom)> MarginsOf(double share, int steps) =>
        from left in Enumerable.Range(0, steps)
        from top in Enumerable.Range(0, steps)
        select (share * left / (steps - 1), share * top / (steps - 1), share * (steps - 1 - left) / (steps - 1), share * (steps - 1 - top) / (steps - 1));

    private static ulong Hash(ReadOnlySpan<byte> plane, (int Width, int Height) size, (double Left, double Top, double Right, double Bottom) margin)
    {
        Span<double> cells = stackalloc double[Columns * Rows];
        double left = margin.Left * size.Width, top = margin.Top * size.Height;
        double width = size.Width * (1 - margin.Left - margin.Right), height = size.Height * (1 - margin.Top - margin.Bottom);
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
            {
                cells[(row * Columns) + column] = Mean(plane, size.Width,
                    (left + (width * column / Columns), left + (width * (column + 1) / Columns)),
                    (top + (height * row / Rows), top + (height * (row + 1) / Rows)));
            }
        }

        var hash = 0UL;
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns - 1; column++)
            {
                var at = (row * Columns) + column;
                hash = (hash << 1) | (cells[at] + Step < cells[at + 1] ? 1UL : 0);
            }
        }

        return hash;
    }

    /// <summary>Mean over a rectangle; pixels on its border count by the part inside.</summary>
    private static double Mean(ReadOnlySpan<byte> plane, int width, (double From, double To) x, (double From, double To) y)
    {
        double sum = 0, weight = 0;
        for (var row = (int)y.From; row < y.To && row * width < plane.Length; row++)
        {
            var tall = Math.Min(row + 1, y.To) - Math.Max(row, y.From);
            for (var column = (int)x.From; column < x.To && column < width; column++)
            {
                var part = tall * (Math.Min(column + 1, x.To) - Math.Max(column, x.From));
                sum += part * plane[(row * width) + column];
                weight += part;
            }
        }

        return weight > 0 ? sum / weight : 0;
    }
}
