using System.Security.Cryptography;
using System.Text;

namespace Assay.Data.FileTypes.Sounds;

/// <summary>Walks an MP3 frame by frame (ISO/IEC 11172-3 and 13818-3, layer III): tags, every frame's header, the announced number of frames, nothing behind the end. The sound itself is not decoded.</summary>
internal static class Mp3Walk
{
    private const int Id3Head = 10, Id3v1Length = 128, ApeLength = 32;

    /// <exception cref="InvalidFileException">The file is no whole MP3, or longer than clips may be.</exception>
    public static SoundContent Read(ReadOnlySpan<byte> content, CancellationToken cancel)
    {
        var words = new List<string>();
        var at = SkipId3(content, words);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Mp3Frame? first = null;
        long frames = 0;
        long? announced = null;
        while (at < content.Length)
        {
            cancel.ThrowIfCancellationRequested();
            if (Mp3Frame.At(content, at) is not { } frame)
            {
                break;
            }

            if (at + frame.Length > content.Length)
            {
                throw FileFaults.CutOff($"frame {frames + 1} at offset {at} needs {frame.Length} bytes", content.Length);
            }

            if (first is { } before && (frame.Rate != before.Rate || frame.Channels != before.Channels || frame.Samples != before.Samples))
            {
                throw FileFaults.Damaged($"Frame {frames + 1} at offset {at} has another rate or other channels than the first.", at);
            }

            var bytes = content.Slice(at, frame.Length);
            if (first is null && Mp3Frame.Announced(bytes, frame) is { } count)
            {
                announced = count; // this frame describes the others and is silent
            }
            else
            {
                hash.AppendData(bytes);
                frames++;
            }

            first ??= frame;
            at += frame.Length;
            SoundLimits.Check(frame.Rate, frame.Channels, frames * frame.Samples, at);
        }

        if (first is not { } head || frames == 0)
        {
            throw FileFaults.NotThis("No frame of MPEG layer III stands where the first should.", at);
        }

        SkipEnd(content, at, frames);
        WavReader.CheckLength(announced * head.Samples, frames * head.Samples, head.Rate);
        return new SoundContent(head.Rate, head.Channels, frames * head.Samples, "mp3/1")
        {
            ContentSha256 = Convert.ToHexStringLower(hash.GetHashAndReset()),
            Words = string.Join('\n', words),
        };
    }

    private static int SkipId3(ReadOnlySpan<byte> content, List<string> words)
    {
        if (!content.StartsWith("ID3"u8))
        {
            return 0;
        }

        var head = content.Part(0, Id3Head);
        if (((head[6] | head[7] | head[8] | head[9]) & 0x80) != 0 || head[3] is < 2 or > 4)
        {
            throw FileFaults.Damaged("The ID3 tag at the beginning is damaged.", 0);
        }

        var length = (head[6] << 21) | (head[7] << 14) | (head[8] << 7) | head[9];
        var end = Id3Head + (long)length + ((head[5] & 0x10) != 0 ? Id3Head : 0);
        if (end > content.Length)
        {
            throw FileFaults.CutOff($"its ID3 tag says {end} bytes", content.Length);
        }

        if (head[3] >= 3 && (head[5] & 0xC0) == 0)
        {
            AddWords(content.Part(Id3Head, length), head[3] == 4, words);
        }

        return (int)end;
    }

    /// <summary>Title and comment frames of ID3v2.3 and 2.4; what cannot be read says nothing.</summary>
    private static void AddWords(ReadOnlySpan<byte> tag, bool synchsafe, List<string> words)
    {
        for (var at = 0L; at + Id3Head < tag.Length;)
        {
            var raw = tag.Be32(at + 4);
            long length = synchsafe ? ((raw >> 3) & 0xFE00000) | ((raw >> 2) & 0x1FC000) | ((raw >> 1) & 0x3F80) | (raw & 0x7F) : raw;
            if (length == 0 || at + Id3Head + length > tag.Length)
            {
                return;
            }

            var name = tag.Mark(at);
            if (name is "TIT2" or "TIT3" or "COMM" && Text(tag.Part(at + Id3Head, length), name == "COMM") is { Length: > 0 } line)
            {
                words.Add(line);
            }

            at += Id3Head + length;
        }
    }

    private static string Text(ReadOnlySpan<byte> frame, bool isComment)
    {
        var encoding = frame[0] switch { 1 => Encoding.Unicode, 2 => Encoding.BigEndianUnicode, 3 => Encoding.UTF8, _ => Encoding.Latin1 };
        var text = encoding.GetString(frame[Math.Min(isComment ? 4 : 1, frame.Length)..]);
        var split = isComment ? text.IndexOf('\0', StringComparison.Ordinal) : -1;
        return DisplayName.Line(text[(split + 1)..]).Trim();
    }

    /// <summary>Behind the last frame only an APE tag and an ID3v1 tag may stand.</summary>
    private static void SkipEnd(ReadOnlySpan<byte> content, int at, long frames)
    {
        var rest = content[at..];
        if (rest.StartsWith("APETAGEX"u8) && rest.Length >= ApeLength)
        {
            var end = ApeLength + (long)rest.Le32(12);
            if (end > rest.Length)
            {
                throw FileFaults.CutOff($"its APE tag ends at offset {at + end}", content.Length);
            }

            at += (int)end;
            rest = content[at..];
        }

        if (rest.StartsWith("TAG"u8))
        {
            if (rest.Length < Id3v1Length)
            {
                throw FileFaults.CutOff($"its ID3v1 tag ends at offset {at + Id3v1Length}", content.Length);
            }

            at += Id3v1Length;
        }

        if (at < content.Length)
        {
            throw FileFaults.Trailing(content, at, $"frame {frames}");
        }
    }
}
