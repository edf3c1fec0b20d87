using System.Globalization;
using Assay.Data.FileTypes;
using Assay.Data.Tests.FileTypes;
using Assay.Data.Validation;
using CsCheck;

namespace Assay.Data.Tests.Validation;

public sealed class FileGateTests
{
    [Theory]
    [InlineData("a.md", 10, null)]
    [InlineData("A.MD", FileGate.DefaultMaximumSize, null)]
    [InlineData("a.md", 0, GateReason.Empty)]
    [InlineData("a.md", FileGate.DefaultMaximumSize + 1, GateReason.TooLarge)]
    [InlineData("a.exe", 10, GateReason.UnknownType)]
    [InlineData("noextension", 10, GateReason.UnknownType)]
    [InlineData("folder.md/name", 10, GateReason.UnknownType)]
    [InlineData("a.jsonl", 10, null)]
    [InlineData("a.csv", 10, null)]
    [InlineData("a.parquet", 10, GateReason.WrongContent)]
    [InlineData("a.png", 10, GateReason.WrongKind)]
    [InlineData("a.mp3", 10, GateReason.WrongKind)]
    [InlineData("a.pdf", 10, GateReason.WrongContent)]
    public void Each_refusal_has_its_reason(string name, long size, GateReason? expected)
    {
        var refusal = FileGate.Check(new GateQuestion(name, size, "words"u8.ToArray(), DatanetKind.Text));

        Assert.Equal(expected, refusal?.Reason);
        Assert.True(refusal is null || (refusal.Message.Length > 0 && refusal.Fix.Length > 0));
    }

    [Fact]
    public void A_kind_takes_its_own_files_only()
    {
        Assert.Equal(GateReason.WrongKind, FileGate.Check(new GateQuestion("a.md", 10, "words"u8.ToArray(), DatanetKind.Audio))?.Reason);
        Assert.Equal(GateReason.WrongKind, FileGate.Check(new GateQuestion("a.wav", 10, new byte[10], DatanetKind.Image))?.Reason);
    }

    [Fact]
    public void A_document_under_the_wrong_extension_is_named_for_what_it_is()
    {
        var refusal = FileGate.Check(new GateQuestion("notes.txt", 10, TestFiles.Pdf("x"), null));

        Assert.Equal(GateReason.WrongContent, refusal?.Reason);
        Assert.Contains("a PDF", refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_licence_outside_the_list_is_refused()
    {
        var question = new GateQuestion("a.md", 10, "words"u8.ToArray(), null) { Licence = "CC-BY-NC-4.0", Licences = ["CC-BY-4.0", "MIT"] };

        Assert.Equal(GateReason.Licence, FileGate.Check(question)?.Reason);
        Assert.Null(FileGate.Check(question with { Licence = "mit" }));
    }

    [Theory]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("..\\..\\boot.ini", "boot.ini")]
    [InlineData("a\u202Egnp.md", "agnp.md")]
    [InlineData("a\0b\r\nc.md", "abc.md")]
    [InlineData("e\u0301.md", "é.md")]
    [InlineData("\u001b[31mred.md", "[31mred.md")]
    [InlineData("///", "unnamed")]
    public void Names_are_made_safe_to_show(string name, string expected) => Assert.Equal(expected, DisplayName.Of(name));

    [Fact]
    public void A_shown_name_is_short_one_line_and_without_control_characters() => Gen.String[0, 300].Sample(name =>
    {
        var shown = DisplayName.Of(name);

        Assert.InRange(shown.Length, 1, DisplayName.MaximumLength);
        Assert.DoesNotContain(shown, symbol => char.IsControl(symbol) || symbol is '/' or '\\' || char.GetUnicodeCategory(symbol) == UnicodeCategory.Format);
        Assert.Equal(shown, DisplayName.Of(shown));
    });
}
