using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Assay.Data.FileTypes.Pictures;

/// <summary>Takes a picture row by row and keeps what is needed of it: a histogram, a hash of the pixels and a copy of at most 512 pixels. A picture of 40 megapixels is never held whole.</summary>
internal sealed class PictureReduction
{
    /// <summary>Longer side of the reduced picture.</summary>
    public const int Side = 512;

    private const int Channels = 4;

    private readonly int _width, _height, _reducedWidth, _reducedHeight;
    private readonly long[] _histogram = new long[256];
    private readonly long[] _sums;
    private readonly int[] _counts, _columns;
    private readonly byte[] _reduced;
    private readonly IncrementalHash _pixels = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int _row, _filling;

    public PictureReduction(int width, int height)
    {
        (_width, _height) = (width, height);
        var longer = Math.Max(width, height);
        _reducedWidth = longer <= Side ? width : Math.Max(1, (int)((long)width * Side / longer));
        _reducedHeight = longer <= Side ? height : Math.Max(1, (int)((long)height * Side / longer));
        _sums = new long[_reducedWidth * 3];
        _counts = new int[_reducedWidth];
        _reduced = new byte[_reducedWidth * _reducedHeight * 3];
        _columns = [.. Enumerable.Range(0, width).Select(x => (int)((long)x * _reducedWidth / width))];
        _pixels.AppendData(MemoryMarshal.AsBytes<int>([width, height]));
    }

    /// <summary>Takes the next row: red, green, blue and straight alpha of each pixel. Transparent parts count as white.</summary>
    public void Add(ReadOnlySpan<byte> row)
    {
        var target = (int)((long)_row * _reducedHeight / _height);
        if (target != _filling)
        {
            Flush();
            _filling = target;
        }

        _pixels.AppendData(row);
        for (var x = 0; x < _width; x++)
        {
            var pixel = row.Slice(x * Channels, Channels);
            int alpha = pixel[3], white = 255 * (255 - alpha);
            int red = ((pixel[0] * alpha) + white) / 255, green = ((pixel[1] * alpha) + white) / 255, blue = ((pixel[2] * alpha) + white) / 255;
            _histogram[Luminance(red, green, blue)]++;
            var column = _columns[x];
            _sums[column * 3] += red;
            _sums[(column * 3) + 1] += green;
            _sums[(column * 3) + 2] += blue;
            _counts[column]++;
        }

        _row++;
    }

    /// <summary>What came of all rows.</summary>
    /// <param name="orientation">How the stored picture is turned, 1 to 8 as in EXIF.</param>
    public ReducedPicture Finish(int orientation)
    {
        Flush();
        var (contrast, entropy) = Spread();
        return new ReducedPicture(_reducedWidth, _reducedHeight, _reduced)
        {
            Contrast = contrast,
            Entropy = entropy,
            PixelSha256 = Convert.ToHexStringLower(_pixels.GetHashAndReset()),
        }.Upright(orientation);
    }

    /// <summary>ITU-R BT.601 in 16-bit fixed point, so that every machine rounds alike.</summary>
    public static byte Luminance(int red, int green, int blue) => (byte)(((19_595 * red) + (38_470 * green) + (7_471 * blue) + 32_768) >> 16);

    private void Flush()
    {
        for (var x = 0; x < _reducedWidth; x++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                _reduced[(((_filling * _reducedWidth) + x) * 3) + channel] = (byte)((_sums[(x * 3) + channel] + (_counts[x] / 2)) / Math.Max(_counts[x], 1));
            }
        }

        Array.Clear(_sums);
        Array.Clear(_counts);
    }

    private (double Contrast, double Entropy) Spread()
    {
        double pixels = (double)_width * _height, mean = 0, square = 0, entropy = 0;
        for (var value = 0; value < _histogram.Length; value++)
        {
            var share = _histogram[value] / pixels;
            mean += share * value;
            square += share * value * value;
            entropy -= share > 0 ? share * Math.Log2(share) : 0;
        }

        return (Math.Sqrt(Math.Max(square - (mean * mean), 0)), entropy);
    }
}
