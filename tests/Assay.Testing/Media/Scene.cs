using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Assay.Testing.Media;

/// <summary>A picture drawn by seeded code: a graded ground with overlapping ellipses, boxes and stripes and a fine grain, so that no two seeds look alike and each has structure at all sizes.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Rgb">Three bytes a pixel, row by row.</param>
public sealed record Scene(int Width, int Height, byte[] Rgb)
{
    /// <summary>Draws the scene of a seed.</summary>
    public static Scene Draw(int seed, int width = 320, int height = 240)
    {
        var random = new Random(seed);
        var rgb = new byte[width * height * 3];
        double[] from = Colour(random), to = Colour(random);
        double angle = random.NextDouble() * Math.Tau, grain = 2 + (random.NextDouble() * 8);
        var shapes = Enumerable.Range(0, random.Next(6, 22)).Select(_ => new Shape(random)).ToList();
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                double u = x / (double)width, v = y / (double)height;
                var along = Math.Clamp(0.5 + ((u - 0.5) * Math.Cos(angle)) + ((v - 0.5) * Math.Sin(angle)), 0, 1);
                double[] colour = [from[0] + ((to[0] - from[0]) * along), from[1] + ((to[1] - from[1]) * along), from[2] + ((to[2] - from[2]) * along)];
                foreach (var shape in shapes)
                {
                    shape.Paint(u, v, colour);
                }

                var noise = (random.NextDouble() - 0.5) * grain;
                for (var channel = 0; channel < 3; channel++)
                {
                    rgb[(((y * width) + x) * 3) + channel] = (byte)Math.Clamp(colour[channel] + noise, 0, 255);
                }
            }
        }

        return new Scene(width, height, rgb);
    }

    /// <summary>A picture of one colour.</summary>
    public static Scene Blank(int width, int height, byte value)
    {
        var rgb = new byte[width * height * 3];
        Array.Fill(rgb, value);
        return new Scene(width, height, rgb);
    }

    /// <summary>The part without the given numbers of pixels at each side.</summary>
    public Scene Crop(int left, int top, int right, int bottom)
    {
        int width = Width - left - right, height = Height - top - bottom;
        var rgb = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            Rgb.AsSpan((((y + top) * Width) + left) * 3, width * 3).CopyTo(rgb.AsSpan(y * width * 3));
        }

        return new Scene(width, height, rgb);
    }

    /// <summary>The picture without colour.</summary>
    public Scene Grey()
    {
        var rgb = new byte[Rgb.Length];
        for (var at = 0; at < rgb.Length; at += 3)
        {
            var value = (byte)((0.299 * Rgb[at]) + (0.587 * Rgb[at + 1]) + (0.114 * Rgb[at + 2]));
            rgb[at] = rgb[at + 1] = rgb[at + 2] = value;
        }

        return this with { Rgb = rgb };
    }

    /// <summary>The picture as PNG, without a library.</summary>
    /// <param name="chunks">Further chunks behind the header.</param>
    public byte[] ToPng(params (string Type, byte[] Data)[] chunks)
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var y = 0; y < Height; y++)
            {
                deflate.WriteByte(0);
                deflate.Write(Rgb, y * Width * 3, Width * 3);
            }
        }

        return Png(Width, Height, [.. chunks, ("IDAT", packed.ToArray())]);
    }

    /// <summary>A PNG of eight bits and three channels around the given chunks.</summary>
    public static byte[] Png(int width, int height, params (string Type, byte[] Data)[] chunks)
    {
        using var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        foreach (var (type, data) in chunks.Prepend(("IHDR", header)).Append(("IEND", [])))
        {
            file.Write(Chunk(type, data));
        }

        return file.ToArray();
    }

    /// <summary>One PNG chunk with its length and checksum.</summary>
    public static byte[] Chunk(string type, byte[] data)
    {
        var chunk = new byte[data.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        System.Text.Encoding.Latin1.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Crc32.HashToUInt32(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }

    private static double[] Colour(Random random) => [random.Next(256), random.Next(256), random.Next(256)];

    private sealed class Shape(Random random)
    {
        private readonly double _x = random.NextDouble(), _y = random.NextDouble(), _wide = 0.03 + (random.NextDouble() * 0.3), _high = 0.03 + (random.NextDouble() * 0.3);
        private readonly double _turn = random.NextDouble() * Math.PI, _stripes = random.Next(3) == 0 ? random.Next(2, 12) : 0, _opaque = 0.4 + (random.NextDouble() * 0.6);
        private readonly bool _round = random.Next(2) == 0;
        private readonly double[] _colour = Colour(random);

        public void Paint(double u, double v, double[] under)
        {
            double x = ((u - _x) * Math.Cos(_turn)) + ((v - _y) * Math.Sin(_turn)), y = ((v - _y) * Math.Cos(_turn)) - ((u - _x) * Math.Sin(_turn));
            (x, y) = (x / _wide, y / _high);
            var inside = _round ? (x * x) + (y * y) < 1 : Math.Abs(x) < 1 && Math.Abs(y) < 1;
            if (!inside || (_stripes > 0 && Math.Sin(x * _stripes * Math.PI) < 0))
            {
                return;
            }

            for (var channel = 0; channel < 3; channel++)
            {
                under[channel] += (_colour[channel] - under[channel]) * _opaque;
            }
        }
    }
}
