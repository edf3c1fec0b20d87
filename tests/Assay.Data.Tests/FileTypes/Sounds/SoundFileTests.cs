using System.Buffers.Binary;
using Assay.Data.FileTypes;
using Assay.Testing.Media;

namespace Assay.Data.Tests.FileTypes.Sounds;

/// <summary>Every clip is read to its last sample or frame, and whatever is missing, changed or added is named with its place.</summary>
public sealed class SoundFileTests
{
    private static readonly Clip Heard = Clip.Compose(1, seconds: 4);

    public static TheoryData<string, byte[]> Good { get; } = new()
    {
        { ".wav", Heard.ToWav() },
        { ".flac", FlacWriter.Encode(Heard) },
        { ".mp3", Mp3Writer.Frames(100) },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void A_clip_cut_off_anywhere_is_refused(string extension, byte[] whole)
    {
        for (var length = whole.Length - 1; length > 4; length -= Math.Max(1, whole.Length / 211))
        {
            if (extension == ".mp3" && length % 835 is 0 or 417)
            {
                continue; // at a frame's border an MP3 without a header frame is whole
            }

            Assert.Throws<InvalidFileException>(() => Read(extension, whole[..length]));
        }
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void Bytes_behind_the_clip_are_refused_with_their_place(string extension, byte[] whole)
    {
        var refused = Assert.Throws<InvalidFileException>(() => Read(extension, [.. whole, .. "PK\u0003\u0004 and more"u8]));

        Assert.Equal(FileFault.Damage, refused.Fault);
        Assert.Equal(whole.Length, refused.ByteOffset);
        Assert.Contains("ZIP archive", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_samples_in_wav_and_flac_have_the_same_hash()
    {
        var wav = Read(".wav", Heard.ToWav());
        var flac = Read(".flac", FlacWriter.Encode(Heard));

        Assert.Equal(wav.ContentSha256, flac.ContentSha256);
        Assert.Equal((16_000, 1, 64_000L), (flac.SampleRate, flac.Channels, flac.Samples));
        Assert.Equal(wav.Print.Prints, flac.Print.Prints);
        Assert.InRange(wav.Levels!.Rms, -30, -5);
    }

    [Theory]
    [InlineData(FlacWriter.Coding.Verbatim, 16, 2, 1, 0)]
    [InlineData(FlacWriter.Coding.Fixed, 8, 1, 0, 0)]
    [InlineData(FlacWriter.Coding.Fixed, 24, 2, 8, 0)]
    [InlineData(FlacWriter.Coding.Fixed, 24, 2, 9, 0)]
    [InlineData(FlacWriter.Coding.Linear, 16, 2, 10, 0)]
    [InlineData(FlacWriter.Coding.Linear, 20, 3, 2, 0)]
    [InlineData(FlacWriter.Coding.Escaped, 16, 2, 10, 0)]
    [InlineData(FlacWriter.Coding.Verbatim, 32, 2, 10, 0)]
    [InlineData(FlacWriter.Coding.Fixed, 16, 2, 1, 3)]
    public void Every_way_of_coding_gives_the_samples_back(FlacWriter.Coding coding, int bits, int channels, int layout, int wasted)
    {
        var random = new Random(7);
        int[][] samples = [.. Enumerable.Range(0, channels).Select(channel => Enumerable.Range(0, 5_000)
            .Select(at => ((int)(Math.Sin((at + channel) / 20.0) * ((1L << (bits - 1)) - 2) * 0.8) + random.Next(-3, 4)) >> wasted << wasted).ToArray())];

        var sound = Read(".flac", FlacWriter.Encode(samples, 44_100, bits, coding, layout, wasted, "Two gulls"));

        Assert.Equal((44_100, channels, 5_000L), (sound.SampleRate, sound.Channels, sound.Samples)); // the MD5 of the samples is verified while reading
        Assert.Equal("Two gulls", sound.Words);
    }

    [Fact]
    public void A_changed_byte_in_a_frame_is_found_by_its_checksum()
    {
        var flac = FlacWriter.Encode(Heard);
        flac[flac.Length / 2] ^= 0x10;

        Assert.Contains("frame", Assert.Throws<InvalidFileException>(() => Read(".flac", flac)).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Samples_that_do_not_have_the_stated_md5_are_refused()
    {
        var flac = FlacWriter.Encode(Heard);
        flac[30] ^= 1;

        Assert.Contains("MD5", Assert.Throws<InvalidFileException>(() => Read(".flac", flac)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 1)]
    [InlineData(16, 1)]
    [InlineData(24, 1)]
    [InlineData(32, 1)]
    [InlineData(32, 3)]
    [InlineData(64, 3)]
    public void Every_sample_size_gives_the_same_level(int bits, int tag)
    {
        var data = new byte[16_000 * bits / 8];
        for (var at = 0; at < 16_000; at++)
        {
            var value = Math.Sin(at / 5.0) * 0.5;
            var place = data.AsSpan(at * bits / 8);
            switch (bits, tag)
            {
                case (8, _):
                    place[0] = (byte)(128 + (value * 127));
                    break;
                case (16, _):
                    BinaryPrimitives.WriteInt16LittleEndian(place, (short)(value * 32767));
                    break;
                case (24, _):
                    var whole = (int)(value * 8388607);
                    (place[0], place[1], place[2]) = ((byte)whole, (byte)(whole >> 8), (byte)(whole >> 16));
                    break;
                case (32, 1):
                    BinaryPrimitives.WriteInt32LittleEndian(place, (int)(value * int.MaxValue));
                    break;
                case (32, _):
                    BinaryPrimitives.WriteSingleLittleEndian(place, (float)value);
                    break;
                default:
                    BinaryPrimitives.WriteDoubleLittleEndian(place, value);
                    break;
            }
        }

        var sound = Read(".wav", Clip.Wav(16_000, 1, bits, data, tag));

        Assert.Equal(-9.03, sound.Levels!.Rms, 0.15);
        Assert.Equal(0, sound.Levels.SilentShare);
        Assert.Equal(0, sound.Levels.ClippedShare);
    }

    [Fact]
    public void Silence_and_clipping_are_measured()
    {
        short[] samples = [.. new short[8_000], .. Enumerable.Range(0, 2_000).Select(at => (short)(at % 100 < 50 ? 32767 : -32768))];

        var levels = Read(".wav", new Clip(8_000, samples).ToWav()).Levels!;

        Assert.Equal(0.8, levels.SilentShare, 0.01);
        Assert.Equal(0.2, levels.ClippedShare, 0.01);
        Assert.Equal(1.0, levels.FirstClipped!.Value, 0.01);
    }

    [Fact]
    public void An_mp3_with_tags_is_walked_and_its_hash_leaves_them_out()
    {
        var frames = Mp3Writer.Frames(60);
        var plain = Read(".mp3", frames);
        var tagged = Read(".mp3", [.. Mp3Writer.Id3("Gulls at the quay"), .. Mp3Writer.Frames(60, announced: 60), .. Mp3Writer.Ape(), .. Mp3Writer.Id3v1()]);

        Assert.Equal((44_100, 2, 60 * 1152L), (plain.SampleRate, plain.Channels, plain.Samples));
        Assert.Equal(plain.ContentSha256, tagged.ContentSha256);
        Assert.Equal("Gulls at the quay", tagged.Words);
        Assert.Null(plain.Levels);
    }

    [Fact]
    public void An_announced_number_of_frames_must_be_there()
    {
        var refused = Assert.Throws<InvalidFileException>(() => Read(".mp3", Mp3Writer.Frames(60, announced: 120)));

        Assert.Contains("more than half a second", refused.Message, StringComparison.Ordinal);
    }

    internal static SoundContent Read(string extension, byte[] content) =>
        (SoundContent)Data.FileTypes.FileTypes.ByName("a" + extension)!.Read(content, TestContext.Current.CancellationToken);
}
