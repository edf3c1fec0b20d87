using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Assay.Data.Tests.FileTypes.Pictures;
using Assay.Testing.Media;

namespace Assay.Cli.Tests.Hostile;

/// <summary>Pictures that lie, bombs, polyglots and broken ones.</summary>
internal static class HostilePictures
{
    private static readonly Scene Shown = Scene.Draw(42);
    private static readonly byte[] Png = Shown.ToPng(), Bmp = PictureFiles.Bmp(Shown), Tiff = PictureFiles.Tiff(Shown), Jpeg = PictureFiles.Jpeg(Shown, 80, 0), Webp = PictureFiles.Make(Shown, ".webp");

    public static IEnumerable<HostileFile> All() =>
    [
        .. Pngs(), .. Jpegs(), .. Webps(), .. Bmps(), .. Tiffs(),
        new("40 megapixels in 120 kB, all of them there", "large.png", Scene.Png(8_000, 5_000, ("IDAT", Deflated(5_000 * 24_001))), "", ""),
        new("40 megapixels in one packed strip", "large.tiff", PictureFiles.Tiff(8_000, 5_000, Deflated(8_000 * 5_000 * 3), packing: 8), "", ""),
        new("a packed strip that unpacks to too little", "short.tiff", PictureFiles.Tiff(800, 500, Deflated(800 * 400 * 3), packing: 8), "integrity", "cannot be decoded"),
        new("a picture of one pixel", "pixel.png", Scene.Blank(1, 1, 9).ToPng(), "structure", "1 pixels; 224"),
        new("a strip", "strip.png", Scene.Draw(1, 2_400, 240).ToPng(), "structure", "10 times as long"),
        new("a blank picture", "blank.png", Scene.Blank(300, 300, 255).ToPng(), "", ""),
    ];

    private static IEnumerable<HostileFile> Pngs()
    {
        byte[] zip = TestArchive();
        yield return new("50,000² pixels in 6 kB", "bomb.png", Scene.Png(50_000, 50_000, ("IDAT", Deflated(5_000_000))), "structure", "50000 × 50000 pixels; 40 megapixels");
        yield return new("2³¹ pixels wide", "wide.png", Scene.Png(int.MaxValue, 1, ("IDAT", Deflated(10))), "structure", "megapixels");
        yield return new("no pixels", "zero.png", Scene.Png(0, 0, ("IDAT", Deflated(10))), "format", "0 × 0");
        yield return new("pixels that unpack to 50 MB", "more.png", Scene.Png(300, 300, ("IDAT", Deflated(50_000_000))), "integrity", "unpack to more");
        yield return new("pixels that unpack to too little", "less.png", Scene.Png(300, 300, ("IDAT", Deflated(100_000))), "integrity", "unpack to 100000");
        yield return new("pixels that are no deflate stream", "noise.png", Scene.Png(300, 300, ("IDAT", Noise(4_000))), "integrity", "unpack to");
        yield return new("pixels that ask for a dictionary", "dictionary.png", Scene.Png(300, 300, ("IDAT", [0x78, 0xBB, 1, 2, 3, 4, .. Deflated(270_300)[2..]])), "integrity", "unpack to 0 bytes");
        yield return new("a bomb in a colour profile", "profile.png", Shown.ToPng(("iCCP", [.. "x\0\0"u8, .. Deflated(60_000_000)])), "integrity", "'iCCP' unpacks to more");
        yield return new("a bomb in packed text", "ztxt.png", Shown.ToPng(("zTXt", [.. "x\0\0"u8, .. Deflated(60_000_000)])), "integrity", "'zTXt' unpacks to more");
        yield return new("a bomb in international text", "itxt.png", Shown.ToPng(("iTXt", [.. "x\0\u0001\0en\0x\0"u8, .. Deflated(60_000_000)])), "integrity", "'iTXt' unpacks to more");
        yield return new("an animation", "moving.png", Shown.ToPng(("acTL", [0, 0, 0, 2, 0, 0, 0, 0])), "structure", "animation");
        yield return new("an unknown chunk that is needed", "unknown.png", Shown.ToPng(("EVIL", [1, 2, 3])), "integrity", "'EVIL'");
        yield return new("a second header", "twice.png", Shown.ToPng(("IHDR", new byte[13])), "integrity", "'IHDR' stands twice");
        yield return new("pixels in two places", "split.png", Shown.ToPng(("IDAT", Deflated(9)), ("tEXt", "a\0b"u8.ToArray())), "integrity", "'IDAT'");
        yield return new("a changed pixel", "changed.png", Changed(Png, Png.Length / 2), "integrity", "checksum of the chunk 'IDAT'");
        yield return new("a changed header", "size.png", Changed(Png, 19), "integrity", "checksum of the chunk 'IHDR'");
        yield return new("seven bits a pixel", "depth.png", Header(data => data[8] = 7), "integrity", "does not exist");
        yield return new("a palette that is missing", "palette.png", Header(data => data[9] = 3), "integrity", "unpack to more bytes");
        yield return new("a length beyond the file", "length.png", [.. Png[..8], 0x7F, 0xFF, 0xFF, 0xFF, .. Png[12..]], "integrity", "cut off");
        yield return new("a ZIP archive behind it", "zip.png", [.. Png, .. zip], "integrity", "which begin like a ZIP archive");
        yield return new("a ZIP archive in a chunk", "inside.png", Shown.ToPng(("tEXt", [.. "x\0"u8, .. zip])), "", "");
        yield return new("a ZIP archive in the last chunk", "last.png", Inserted(Png, Png.Length - 12, Scene.Chunk("teXt", [.. zip])), "format", "ZIP archive at once");
        yield return new("a PDF in a chunk", "pdf.png", Shown.ToPng(("tEXt", "x\0%PDF-1.4 1 0 obj"u8.ToArray())), "format", "a PDF at once");
        yield return new("a script behind it", "script.png", [.. Png, .. "<script>alert(1)</script>"u8], "integrity", "25 bytes follow");
        foreach (var (place, length) in ((string, int)[])[("inside the header", 20), ("behind the header", 33), ("in the pixels' length", 35), ("in the pixels", Png.Length / 2), ("before the end chunk", Png.Length - 12), ("in the end chunk", Png.Length - 5)])
        {
            yield return new($"PNG cut off {place}", "cut.png", Png[..length], "integrity", "cut off");
        }
    }

    private static IEnumerable<HostileFile> Jpegs()
    {
        var frame = IndexOf(Jpeg, 0xC0);
        var scan = IndexOf(Jpeg, 0xDA);
        yield return new("65,500² pixels", "big.jpg", Patched(Jpeg, frame + 5, [0xFF, 0xDC, 0xFF, 0xDC]), "structure", "65500 × 65500");
        yield return new("a height that comes later", "later.jpg", Patched(Jpeg, frame + 5, [0, 0]), "format", "× 0 pixels");
        yield return new("a larger picture than its pixels", "larger.jpg", Patched(Jpeg, frame + 5, [0x01, 0xF0]), "integrity", "before the last of them");
        yield return new("a smaller picture than its pixels", "smaller.jpg", Patched(Jpeg, frame + 5, [0, 0xE0]), "integrity", "belong to no pixel");
        yield return new("two frames", "frames.jpg", [.. Jpeg[..scan], .. Jpeg[frame..(frame + 19)], .. Jpeg[scan..]], "structure", "several frames");
        yield return new("no frame", "frame.jpg", [.. Jpeg[..frame], .. Jpeg[scan..]], "integrity", "no frame");
        yield return new("arithmetic coding", "arithmetic.jpg", Patched(Jpeg, frame + 1, [0xC9]), "format", "arithmetically coded");
        yield return new("no Huffman tables", "tables.jpg", Without(Jpeg, 0xC4), "integrity", "Huffman table that is not there");
        yield return new("a Huffman table with too many codes", "codes.jpg", Patched(Jpeg, IndexOf(Jpeg, 0xC4) + 5, [255, 255, 255]), "integrity", "Huffman table");
        yield return new("a scan twice", "again.jpg", [.. Jpeg[..^2], .. Jpeg[scan..]], "integrity", "out of order");
        yield return new("70 scans", "scans.jpg", [.. Jpeg[..scan], .. Enumerable.Range(0, 70).SelectMany(_ => Jpeg[scan..^2]), 0xFF, 0xD9], "integrity", "out of order");
        yield return new("no scan at all", "none.jpg", [.. Jpeg[..scan], 0xFF, 0xD9], "integrity", "without a picture");
        yield return new("half its pixels and an end marker", "half.jpg", [.. Jpeg[..(Jpeg.Length / 2)], 0xFF, 0xD9], "integrity", "before the last of them");
        yield return new("a second picture behind it", "two.jpg", [.. Jpeg, .. Jpeg], "integrity", "begin like a JPEG");
        yield return new("a JAR behind it", "jar.jpg", [.. Jpeg, .. TestArchive()], "integrity", "ZIP archive");
        yield return new("a segment length of 0", "segment.jpg", [.. Jpeg[..2], 0xFF, 0xE1, 0, 0, .. Jpeg[2..]], "integrity", "impossible length");
        yield return new("an EXIF block that points outside", "exif.jpg", [.. Jpeg[..2], .. App1([.. "Exif\0\0II*\0"u8, 0xFF, 0xFF, 0xFF, 0x7F]), .. Jpeg[2..]], "", "");
        yield return new("an EXIF directory of 65,535 values", "values.jpg", [.. Jpeg[..2], .. App1([.. "Exif\0\0II*\0"u8, 8, 0, 0, 0, 0xFF, 0xFF, 0x25, 0x88, 4, 0, 1, 0, 0, 0, 8, 0, 0, 0]), .. Jpeg[2..]], "", "");
        foreach (var (place, length) in ((string, int)[])[("behind its start", 3), ("in its first segment", 12), ("before the frame", frame), ("before the scan", scan), ("in the pixels", (scan + Jpeg.Length) / 2), ("before the end marker", Jpeg.Length - 2), ("in the end marker", Jpeg.Length - 1)])
        {
            yield return new($"JPEG cut off {place}", "cut.jpeg", Jpeg[..length], "integrity", "cut off");
        }
    }

    private static IEnumerable<HostileFile> Webps()
    {
        byte[] Chunk(string type, byte[] data) => [.. Encoding.ASCII.GetBytes(type), .. BitConverter.GetBytes(data.Length), .. data, .. new byte[data.Length & 1]];
        byte[] Riff(params byte[][] chunks) => [.. "RIFF"u8, .. BitConverter.GetBytes(4 + chunks.Sum(chunk => chunk.Length)), .. "WEBP"u8, .. chunks.SelectMany(chunk => chunk)];
        var picture = Webp[12..];
        yield return new("a canvas of 2⁴⁸ pixels", "canvas.webp", Riff(Chunk("VP8X", [0, 0, 0, 0, 255, 255, 255, 255, 255, 255]), picture), "structure", "megapixels");
        yield return new("a canvas of another size", "other.webp", Riff(Chunk("VP8X", [0, 0, 0, 0, 9, 1, 0, 9, 1, 0]), picture), "integrity", "the picture has 320 × 240");
        yield return new("an animation", "moving.webp", Riff(Chunk("VP8X", [2, 0, 0, 0, 63, 1, 0, 239, 0, 0]), Chunk("ANIM", new byte[6])), "structure", "animation");
        yield return new("an undeclared animation", "frames.webp", Riff(Chunk("ANMF", new byte[16]), picture), "structure", "animation");
        yield return new("two pictures", "two.webp", Riff(picture, picture), "structure", "several pictures");
        yield return new("no picture", "none.webp", Riff(Chunk("EXIF", new byte[8])), "integrity", "holds no picture");
        yield return new("a chunk beyond the file", "beyond.webp", Riff([.. "VP8 "u8, 0xFF, 0xFF, 0xFF, 0x7F, .. picture[8..]]), "integrity", "needs 2147483655 bytes");
        yield return new("a lossless header of noise", "noise.webp", Riff(Chunk("VP8L", [0x2F, .. Noise(400)])), "structure", "megapixels");
        yield return new("half its pixels in a whole shell", "half.webp", Riff(Chunk("VP8 ", Webp[20..(Webp.Length / 2)])), "integrity", "before the last row");
        yield return new("a web page behind it", "page.webp", [.. Webp, .. "<html><body onload=alert(1)>"u8], "integrity", "follow the end");
        yield return new("a length that says less", "less.webp", Patched(Webp, 4, BitConverter.GetBytes(100)), "integrity", "follow the end");
        foreach (var length in (int[])[13, 20, 26, Webp.Length / 2, Webp.Length - 1])
        {
            yield return new($"WebP cut off at {length} bytes", "cut.webp", Webp[..length], "integrity", "cut off");
        }
    }

    private static IEnumerable<HostileFile> Bmps()
    {
        yield return new("100,000² pixels", "big.bmp", Patched(Patched(Bmp, 18, BitConverter.GetBytes(100_000)), 22, BitConverter.GetBytes(100_000)), "structure", "100000 × 100000");
        yield return new("a negative width", "negative.bmp", Patched(Bmp, 18, BitConverter.GetBytes(-320)), "format", "-320");
        yield return new("the most negative height", "lowest.bmp", Patched(Bmp, 22, BitConverter.GetBytes(int.MinValue)), "structure", "2147483648");
        yield return new("seven bits a pixel", "bits.bmp", Patched(Bmp, 28, [7, 0]), "integrity", "7 bits");
        yield return new("pixels beyond the file", "beyond.bmp", Patched(Bmp, 22, BitConverter.GetBytes(480)), "integrity", "cut off");
        yield return new("pixels that begin in the header", "start.bmp", Patched(Bmp, 10, BitConverter.GetBytes(10)), "integrity", "begin at offset 10");
        yield return new("pixels that begin behind the file", "behind.bmp", Patched(Bmp, 10, BitConverter.GetBytes(int.MaxValue)), "integrity", "begin at offset 2147483647");
        yield return new("a header of a size that does not exist", "header.bmp", Patched(Bmp, 14, BitConverter.GetBytes(7)), "integrity", "header of 7 bytes");
        yield return new("a length that lies", "lies.bmp", Patched(Bmp, 2, BitConverter.GetBytes(1)), "integrity", "header says 1 bytes");
        yield return new("hidden bytes between the pixels and the end", "hidden.bmp", Grown(Bmp, 4_000), "integrity", "4000 bytes follow the end of the pixels");
        yield return new("run lengths that end in the middle", "runs.bmp", Runs(), "integrity", "before the last row");
        yield return new("a PDF in its first pixels", "pdf.bmp", Patched(Bmp, 60, "%PDF-1.4"u8.ToArray()), "format", "a PDF at once");
        foreach (var length in (int[])[5, 20, 54, Bmp.Length / 2, Bmp.Length - 1])
        {
            yield return new($"BMP cut off at {length} bytes", "cut.bmp", Bmp[..length], "integrity", "cut off");
        }
    }

    private static IEnumerable<HostileFile> Tiffs()
    {
        var directory = BitConverter.ToInt32(Tiff, 4);
        yield return new("directories in a circle", "circle.tiff", PictureFiles.Tiff(Shown, next: -1), "integrity", "in a circle");
        yield return new("a directory that points at the header", "header.tiff", PictureFiles.Tiff(Shown, next: 2), "integrity", "cut off");
        yield return new("65,535 values", "values.tiff", Patched(Tiff, directory, [0xFF, 0xFF]), "integrity", "lists 65535 values");
        yield return new("a directory behind the file", "behind.tiff", Patched(Tiff, 4, BitConverter.GetBytes(int.MaxValue)), "integrity", "cut off");
        yield return new("pixels behind the file", "pixels.tiff", Patched(Tiff, directory + 2 + (5 * 12) + 8, BitConverter.GetBytes(900_000)), "integrity", "strip or tile 1");
        yield return new("pixels in the header", "inside.tiff", Patched(Tiff, directory + 2 + (5 * 12) + 8, BitConverter.GetBytes(0)), "integrity", "offset 0");
        yield return new("four billion strips", "strips.tiff", Patched(Tiff, directory + 2 + (5 * 12) + 4, BitConverter.GetBytes(-1)), "integrity", "the value 0111 ends");
        yield return new("100,000² pixels", "big.tiff", Patched(Patched(Tiff, directory + 10, BitConverter.GetBytes(100_000)), directory + 22, BitConverter.GetBytes(100_000)), "structure", "100000 × 100000");
        yield return new("an unknown packing", "packing.tiff", Patched(Tiff, directory + 2 + (3 * 12) + 8, [0x39, 0x30]), "integrity", "cannot be decoded");
        yield return new("fewer pixels than rows", "rows.tiff", Patched(Tiff, directory + 22, BitConverter.GetBytes(20_000)), "integrity", "cannot be decoded");
        yield return new("a BigTIFF", "big2.tiff", [.. "II+\0"u8, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, .. new byte[64]], "format", "BigTIFF");
        yield return new("an SVG under its name", "svg.tiff", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"u8.ToArray(), "gate", "first bytes show");
        yield return new("an archive behind it", "zip.tiff", [.. Tiff, .. TestArchive()], "integrity", "follow the end");
        foreach (var length in (int[])[8, 100, directory - 1, directory + 40, Tiff.Length - 1])
        {
            yield return new($"TIFF cut off at {length} bytes", "cut.tiff", Tiff[..length], "integrity", "cut off");
        }
    }

    internal static byte[] TestArchive()
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("META-INF/MANIFEST.MF").Open();
            entry.Write("Main-Class: Evil\n"u8);
        }

        return stream.ToArray();
    }

    internal static byte[] Deflated(int zeros)
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            deflate.Write(new byte[zeros]);
        }

        return packed.ToArray();
    }

    internal static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    internal static byte[] Patched(byte[] file, int at, byte[] with)
    {
        var copy = (byte[])file.Clone();
        with.CopyTo(copy, at);
        return copy;
    }

    internal static byte[] Changed(byte[] file, int at) => Patched(file, at, [(byte)(file[at] ^ 0x55)]);

    private static byte[] Inserted(byte[] file, int at, byte[] more) => [.. file[..at], .. more, .. file[at..]];

    private static byte[] Grown(byte[] bmp, int more)
    {
        byte[] grown = [.. bmp, .. new byte[more]];
        return Patched(grown, 2, BitConverter.GetBytes(grown.Length));
    }

    private static byte[] Runs()
    {
        byte[] palette = new byte[1024], runs = [40, 1, 0, 0];
        var file = new byte[54 + palette.Length + runs.Length];
        Bmp.AsSpan(0, 54).CopyTo(file);
        runs.CopyTo(file, 54 + palette.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54 + palette.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(34), runs.Length);
        (file[28], file[30]) = (8, 1);
        return file;
    }

    private static byte[] Header(Action<byte[]> change)
    {
        var data = Png[16..29];
        change(data);
        return [.. Png[..8], .. Scene.Chunk("IHDR", data), .. Png[33..]];
    }

    private static int IndexOf(byte[] jpeg, byte marker) => jpeg.AsSpan().IndexOf<byte>([0xFF, marker]);

    private static byte[] App1(byte[] data) => [0xFF, 0xE1, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2), .. data];

    private static byte[] Without(byte[] jpeg, byte marker)
    {
        while (IndexOf(jpeg, marker) is var at and >= 0)
        {
            jpeg = [.. jpeg[..at], .. jpeg[(at + 2 + BinaryPrimitives.ReadUInt16BigEndian(jpeg.AsSpan(at + 2)))..]];
        }

        return jpeg;
    }
}
