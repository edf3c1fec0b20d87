using System.Buffers.Binary;
using Assay.Testing.Media;
using static Assay.Cli.Tests.Hostile.HostilePictures;

namespace Assay.Cli.Tests.Hostile;

/// <summary>Clips that lie, bombs, polyglots and broken ones.</summary>
internal static class HostileSounds
{
    private static readonly Clip Heard = Clip.Compose(42, seconds: 2);
    private static readonly byte[] Wav = Heard.ToWav(), Flac = FlacWriter.Encode(Heard), Mp3 = Mp3Writer.Frames(80);

    public static IEnumerable<HostileFile> All() => [.. Wavs(), .. Flacs(), .. Mp3s()];

    private static IEnumerable<HostileFile> Wavs()
    {
        yield return new("4 GB claimed by the file", "claims.wav", Patched(Wav, 4, BitConverter.GetBytes(-1)), "integrity", "its header says 4294967303 bytes");
        yield return new("4 GB claimed by the samples", "samples.wav", Patched(Wav, 40, BitConverter.GetBytes(-1)), "integrity", "chunk 'data'");
        yield return new("2 GHz", "rate.wav", Patched(Wav, 24, BitConverter.GetBytes(2_000_000_000)), "structure", "2000000000 samples a second");
        yield return new("65,535 channels", "channels.wav", Patched(Wav, 22, [0xFF, 0xFF]), "structure", "65535 channels");
        yield return new("no channels", "none.wav", Patched(Wav, 22, [0, 0]), "integrity", "0 channels");
        yield return new("frames that do not fit", "align.wav", Patched(Wav, 32, [3, 0]), "integrity", "16 bits a sample and 3 bytes");
        yield return new("ADPCM", "adpcm.wav", Patched(Wav, 20, [2, 0]), "format", "packed as format 2");
        yield return new("an odd number of bytes", "odd.wav", Clip.Wav(16_000, 2, 16, new byte[4_002 * 2 + 1]), "integrity", "middle of one");
        yield return new("samples that are no numbers", "nan.wav", Clip.Wav(16_000, 1, 32, [.. Enumerable.Repeat(BitConverter.GetBytes(float.NaN), 9_000).SelectMany(value => value)], 3), "integrity", "not a number");
        yield return new("no samples", "empty.wav", Clip.Wav(16_000, 1, 16, []), "structure", "0.00 seconds");
        yield return new("ten minutes and a second of silence", "long.wav", Clip.Wav(8_000, 1, 8, new byte[601 * 8_000]), "structure", "601 seconds");
        yield return new("1 kHz", "low.wav", Clip.Wav(1_000, 1, 8, Noise(5_000)), "structure", "1000 samples a second");
        yield return new("samples before their format", "order.wav", [.. Wav[..12], .. Wav[36..], .. Wav[12..36]], "integrity", "'data' stands twice or before");
        yield return new("two formats", "formats.wav", Resized([.. Wav[..36], .. Wav[12..36], .. Wav[36..]]), "integrity", "'fmt ' stands twice");
        yield return new("a big-endian RIFX", "rifx.wav", Patched(Wav, 0, "RIFX"u8.ToArray()), "gate", "first bytes show");
        yield return new("a length that differs from the samples", "fact.wav", Resized([.. Wav[..36], .. "fact"u8, 4, 0, 0, 0, 0, 0, 0, 0x10, .. Wav[36..]]), "integrity", "half a second");
        yield return new("an archive behind it", "zip.wav", [.. Wav, .. TestArchive()], "integrity", "ZIP archive");
        yield return new("an archive in a chunk", "chunk.wav", Resized([.. Wav, .. "junk"u8, .. BitConverter.GetBytes(TestArchive().Length), .. TestArchive(), .. new byte[TestArchive().Length & 1]]), "format", "ZIP archive at once");
        yield return new("a PDF in its first samples", "pdf.wav", Patched(Wav, 100, "%PDF-1.7"u8.ToArray()), "format", "a PDF at once");
        yield return new("silence", "silence.wav", new Clip(16_000, new short[32_000]).ToWav(), "", "");
        foreach (var length in (int[])[14, 24, 40, 60, Wav.Length / 2, Wav.Length - 1])
        {
            yield return new($"WAV cut off at {length} bytes", "cut.wav", Wav[..length], "integrity", "cut off");
        }
    }

    private static IEnumerable<HostileFile> Flacs()
    {
        yield return new("2³⁶ samples", "samples.flac", Patched(Flac, 21, [(byte)(Flac[21] | 15), 255, 255, 255, 255]), "structure", "seconds; 600 are the most");
        yield return new("a rate of 0", "rate.flac", Patched(Flac, 18, [0, 0, (byte)(Flac[20] & 15)]), "integrity", "0 samples a second");
        yield return new("655 kHz", "fast.flac", Patched(Flac, 18, [0xA0, 0, (byte)(Flac[20] & 15)]), "structure", "655360 samples a second");
        yield return new("blocks of 0 samples", "blocks.flac", Patched(Flac, 8, [0, 0, 0, 0]), "integrity", "contradicts itself");
        yield return new("no header", "header.flac", Patched(Flac, 4, [0x84]), "integrity", "one header");
        yield return new("metadata beyond the file", "beyond.flac", Patched(Flac, 5, [0xFF, 0xFF, 0xFF]), "integrity", "cut off");
        yield return new("a changed byte in a frame", "changed.flac", Changed(Flac, Flac.Length / 2), "integrity", "rame");
        yield return new("another MD5", "md5.flac", Changed(Flac, 30), "integrity", "MD5");
        yield return new("a sample more announced", "more.flac", Changed(Flac, 25), "integrity", "announces 32085 samples and 32000");
        yield return new("frames in another order", "order.flac", SwappedFrames(), "integrity", "out of order");
        yield return new("ten minutes and more in constant blocks", "bomb.flac", FlacWriter.Encode([new int[601 * 8_000]], 8_000, 16, FlacWriter.Coding.Constant), "structure", "601 seconds");
        yield return new("eight channels of long silence", "wide.flac", FlacWriter.Encode([.. Enumerable.Repeat(new int[4_000_000], 8)], 192_000, 24, FlacWriter.Coding.Constant), "", "");
        yield return new("an ID3 tag behind it", "id3.flac", [.. Flac, .. Mp3Writer.Id3v1()], "integrity", "128 bytes follow");
        yield return new("a PDF in its padding", "pdf.flac", [.. Flac[..4], (byte)(Flac[4] & 0x7F), .. Flac[5..42], 0x81, 0, 0, 8, .. "%PDF-1.4"u8, .. Flac[42..]], "format", "a PDF at once");
        foreach (var length in (int[])[6, 30, 42, 60, Flac.Length / 2, Flac.Length - 1])
        {
            yield return new($"FLAC cut off at {length} bytes", "cut.flac", Flac[..length], "integrity", length == 42 ? "announces" : "cut off");
        }
    }

    private static IEnumerable<HostileFile> Mp3s()
    {
        yield return new("an endless ID3 tag", "endless.mp3", [.. Mp3Writer.Id3("x", stated: 268_435_455), .. Mp3], "integrity", "its ID3 tag says 268435465 bytes");
        yield return new("an ID3 tag of impossible length", "id3.mp3", [.. "ID3"u8, 3, 0, 0, 255, 255, 255, 255, .. Mp3], "integrity", "ID3 tag at the beginning is damaged");
        yield return new("an ID3 tag and nothing else", "tag.mp3", Mp3Writer.Id3("x"), "format", "No frame");
        yield return new("an ID3 tag over an ELF program", "elf.mp3", [.. Mp3Writer.Id3("x"), 0x7F, (byte)'E', (byte)'L', (byte)'F', .. new byte[400]], "format", "No frame");
        yield return new("ten minutes and more at 8 kbit/s", "long.mp3", Slow(8_400), "structure", "600 are the most");
        yield return new("layer II", "layer2.mp3", Patched(Mp3, 0, [0xFF, 0xFD]), "gate", "first bytes show");
        yield return new("a free bit rate", "free.mp3", Patched(Mp3, 2, [0x00]), "gate", "first bytes show");
        yield return new("another rate in the middle", "mixed.mp3", [.. Mp3, .. Slow(40)], "integrity", "another rate");
        yield return new("twice as many frames announced", "xing.mp3", Mp3Writer.Frames(80, announced: 400), "integrity", "half a second");
        yield return new("noise between its frames", "gap.mp3", [.. Mp3[..1_670], .. Noise(300).Select(value => (byte)(value & 0x7F)), .. Mp3[1_670..]], "integrity", "follow the end of frame 4");
        yield return new("an archive behind it", "zip.mp3", [.. Mp3, .. TestArchive()], "integrity", "ZIP archive");
        yield return new("an APE tag beyond the file", "ape.mp3", [.. Mp3, .. Patched(Mp3Writer.Ape(), 12, BitConverter.GetBytes(int.MaxValue))], "integrity", "APE tag");
        yield return new("a web page in its title", "title.mp3", [.. Mp3Writer.Id3("<script>alert(1)</script>"), .. Mp3], "", "");
        yield return new("one frame", "short.mp3", Mp3Writer.Frames(1), "structure", "seconds; 0.5");
        foreach (var length in (int[])[100, 418, Mp3.Length / 2 + 50, Mp3.Length - 1])
        {
            yield return new($"MP3 cut off at {length} bytes", "cut.mp3", Mp3[..length], "integrity", length == 418 ? "1 byte follows the end of frame 1" : "cut off");
        }
    }

    private static byte[] Resized(byte[] wav) => Patched(wav, 4, BitConverter.GetBytes(wav.Length - 8));

    private static byte[] SwappedFrames()
    {
        var places = Enumerable.Range(42, Flac.Length - 46).Where(at => BinaryPrimitives.ReadUInt16BigEndian(Flac.AsSpan(at)) == 0xFFF8 && Flac[at + 2] == 0x70).Take(3).ToList();
        return [.. Flac[..places[0]], .. Flac[places[1]..places[2]], .. Flac[places[0]..places[1]], .. Flac[places[2]..]];
    }

    /// <summary>Frames of 8 kbit/s at 8,000 Hz: 72 ms in 72 bytes.</summary>
    private static byte[] Slow(int frames)
    {
        var frame = new byte[72];
        (frame[0], frame[1], frame[2], frame[3]) = (0xFF, 0xE3, 0x18, 0xC0);
        return [.. Enumerable.Repeat(frame, frames).SelectMany(bytes => bytes)];
    }
}
