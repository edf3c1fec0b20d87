using System.Text;
using Assay.Data.FileTypes;
using Assay.Data.Tests.FileTypes.Pictures;
using Assay.Testing.Media;

namespace Assay.Data.Tests.FileTypes;

/// <summary>No type takes the files of another, whatever extension they come under.</summary>
public sealed class SniffTests
{
    private static readonly Scene Shown = Scene.Draw(8, 64, 48);
    private static readonly Clip Heard = Clip.Compose(8, seconds: 0.6);

    private static readonly Dictionary<string, byte[]> Good = new()
    {
        ["pdf"] = TestFiles.Pdf(TestFiles.Paragraph),
        ["docx"] = TestFiles.Docx(TestFiles.Paragraph),
        ["png"] = Shown.ToPng(),
        ["jpg"] = PictureFiles.Make(Shown, ".jpg"),
        ["webp"] = PictureFiles.Make(Shown, ".webp"),
        ["bmp"] = PictureFiles.Bmp(Shown),
        ["tiff"] = PictureFiles.Tiff(Shown),
        ["wav"] = Heard.ToWav(),
        ["flac"] = FlacWriter.Encode(Heard),
        ["mp3"] = Mp3Writer.Frames(30),
    };

    public static TheoryData<string> Names { get; } = [.. Good.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Only_its_own_type_takes_a_file(string name)
    {
        var head = Good[name].AsSpan(0, Math.Min(Good[name].Length, Data.FileTypes.FileTypes.HeadLength)).ToArray();

        Assert.Equal([name], Data.FileTypes.FileTypes.All.Where(type => type.Sniff(head)).Select(type => type.Name));
        Assert.NotNull(Data.FileTypes.FileTypes.Describe(head));
    }

    [Theory]
    [InlineData("BM is how a bitmap begins, and this text.")]
    [InlineData("II. Of bees")]
    [InlineData("MM is two thousand")]
    [InlineData("RIFF and WAVE are words")]
    public void A_text_may_begin_with_the_letters_of_another_type(string text)
    {
        var head = Encoding.UTF8.GetBytes(text);

        Assert.Equal(!text.StartsWith("RIFF", StringComparison.Ordinal), new PlainTextFile().Sniff(head));
        Assert.DoesNotContain(Data.FileTypes.FileTypes.All, type => type.Kind == DatanetKind.Audio && type.Sniff(head));
    }
}
