namespace Assay.Data.FileTypes.Pictures;

/// <summary>Walks a WebP chunk by chunk (RFC 9649): lengths, one still picture, nothing behind the end.</summary>
internal static class WebpWalk
{
    private const int AnimationFlag = 0x02;
    private const byte LosslessMark = 0x2F;

    /// <exception cref="InvalidFileException">The file is no whole WebP of one picture, or larger than pictures may be.</exception>
    public static PictureHeader Read(ReadOnlySpan<byte> content, CancellationToken cancel)
    {
        if (!content.StartsWith("RIFF"u8) || content.Length < 12 || content.Mark(8) != "WEBP")
        {
            throw FileFaults.NotThis("The file does not begin as a WebP.", 0);
        }

        var end = 8L + content.Le32(4);
        if (end > content.Length)
        {
            throw FileFaults.CutOff($"its header says {end} bytes", content.Length);
        }

        if (end < content.Length)
        {
            throw FileFaults.Trailing(content, end, "the picture");
        }

        PictureHeader? canvas = null, picture = null;
        var tags = PictureTags.None;
        for (long at = 12; at < end;)
        {
            cancel.ThrowIfCancellationRequested();
            var type = content.Mark(at);
            var length = content.Le32(at + 4);
            if (at + 8 + length > end)
            {
                throw FileFaults.CutOff($"its chunk '{type}' at offset {at} needs {length + 8} bytes", content.Length);
            }

            var data = content.Part(at + 8, length);
            switch (type)
            {
                case "VP8X" when canvas is null && picture is null && length >= 10:
                    canvas = (data[0] & AnimationFlag) != 0
                        ? throw PictureLimits.Several("an animation", at)
                        : Checked(1L + Le24(data, 4), 1L + Le24(data, 7), at + 12);
                    break;
                case "ANIM" or "ANMF":
                    throw PictureLimits.Several("an animation", at);
                case "VP8 " or "VP8L":
                    picture = picture is not null
                        ? throw PictureLimits.Several("several pictures", at)
                        : type == "VP8L" ? Lossless(data, at + 8) : Lossy(data, at + 8);
                    break;
                case "EXIF":
                    tags = tags.With(ExifBlock.Read(data.StartsWith("Exif\0\0"u8) ? data[6..] : data));
                    break;
            }

            at += 8 + length + (length & 1);
        }

        return picture is null ? throw FileFaults.Damaged("The WebP holds no picture.", end)
            : canvas is not null && (canvas.Width != picture.Width || canvas.Height != picture.Height)
                ? throw FileFaults.Damaged($"The header says {canvas.Width} × {canvas.Height} pixels and the picture has {picture.Width} × {picture.Height}.", 12)
            : picture with { Tags = tags };
    }

    private static PictureHeader Lossless(ReadOnlySpan<byte> data, long at)
    {
        if (data.Length < 5 || data[0] != LosslessMark)
        {
            throw FileFaults.Damaged("The lossless picture has no header.", at);
        }

        var bits = data.Le32(1);
        return Checked(1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF), at + 1);
    }

    private static PictureHeader Lossy(ReadOnlySpan<byte> data, long at) =>
        data.Length < 10 || (data[0] & 1) != 0 || !data.Slice(3, 3).SequenceEqual<byte>([0x9D, 0x01, 0x2A])
            ? throw FileFaults.Damaged("The lossy picture has no key frame header.", at)
            : Checked(data.Le16(6) & 0x3FFF, data.Le16(8) & 0x3FFF, at + 6);

    private static PictureHeader Checked(long width, long height, long at)
    {
        PictureLimits.Check(width, height, at);
        return new PictureHeader((int)width, (int)height, PictureTags.None);
    }

    private static int Le24(ReadOnlySpan<byte> data, int at) => data[at] | (data[at + 1] << 8) | (data[at + 2] << 16);
}
