using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Assay.Data.FileTypes;

namespace Assay.Data.Tests.FileTypes;

public sealed class DocxFileTests
{
    private static readonly byte[] Good = TestFiles.Docx("# Bees", TestFiles.Paragraph, "## Queens", "Lay <eggs> & rest");

    [Fact]
    public void Paragraphs_and_headings_are_read()
    {
        var text = Read(Good);

        Assert.Equal($"Bees\n\n{TestFiles.Paragraph}\n\nQueens\n\nLay <eggs> & rest\n\n", text.Text);
        Assert.Equal([(1, "Bees"), (2, "Queens")], text.Headings.Select(heading => (heading.Level, heading.Title)));
        Assert.False(text.IsSource);
    }

    [Fact]
    public void Pictures_are_counted_hidden_runs_left_out_and_tab_stops_are_no_tabs()
    {
        var text = Read(TestFiles.DocxOf(
            "<w:p><w:pPr><w:tabs><w:tab w:val=\"left\" w:pos=\"100\"/></w:tabs></w:pPr><w:r><w:t>seen</w:t><w:tab/><w:drawing><w:p><w:r><w:t>inside</w:t></w:r></w:p></w:drawing></w:r>" +
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>unseen</w:t></w:r><w:r><w:t>too</w:t></w:r></w:p>"));

        Assert.Equal("seen\ttoo\n\n", text.Text);
        Assert.Equal((1, 6), (text.IgnoredImages, text.HiddenCharacters));
    }

    [Fact]
    public void A_bomb_of_two_gigabytes_is_stopped_early_with_little_memory()
    {
        var bomb = Bomb(2_000_000_000);
        Assert.True(bomb.Length < 3_000_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Refused(bomb, "archive bomb");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 8_000_000, "the archive's packed bytes may be copied once, its content never");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public void A_lying_length_is_named(int difference)
    {
        var lying = (byte[])Good.Clone();
        var entry = lying.AsSpan().LastIndexOf<byte>([0x50, 0x4B, 0x01, 0x02]);
        var length = lying.AsSpan(entry + 24, 4);
        BinaryPrimitives.WriteInt32LittleEndian(length, BinaryPrimitives.ReadInt32LittleEndian(length) + difference);

        Refused(lying, "declares");
    }

    [Fact]
    public void More_than_a_thousand_entries_are_refused() =>
        Refused(TestFiles.Zip([.. Enumerable.Range(0, 1001).Select(i => ($"word/{i}.xml", "x"))]), "1001 entries");

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("..\\..\\x")]
    [InlineData("C:\\x")]
    [InlineData("word/\u0001x")]
    public void Names_that_leave_the_archive_are_refused(string name) => Refused(TestFiles.Zip((name, "x")), "points outside");

    [Fact]
    public void An_entry_that_appears_twice_is_refused() => Refused(TestFiles.Zip(("a.xml", "1"), ("A.xml", "2")), "twice");

    [Theory]
    [InlineData("<!DOCTYPE w [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>", "&c;")]
    [InlineData("<!DOCTYPE w [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>", "&x;")]
    [InlineData("<!DOCTYPE w SYSTEM \"http://127.0.0.1:1/evil.dtd\">", "")]
    public void Entities_are_refused_before_they_expand(string prologue, string text) =>
        Refused(TestFiles.DocxOf($"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>", prologue), "document type definition");

    [Fact]
    public void Deep_nesting_is_refused_and_does_not_overflow_the_stack()
    {
        const int depth = 50_000;
        Refused(TestFiles.DocxOf(string.Concat(Enumerable.Repeat("<w:p>", depth)) + string.Concat(Enumerable.Repeat("</w:p>", depth)) + Noise()), "deeper than 256");
    }

    [Fact]
    public void Macros_encryption_and_foreign_archives_are_named()
    {
        Refused(TestFiles.Zip(("[Content_Types].xml", TestFiles.ContentTypes), ("_rels/.rels", TestFiles.Relations), ("word/document.xml", TestFiles.DocumentXml("")), ("word/vbaProject.bin", "x")), "macros");
        Refused([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[600]], "encrypted");
        Refused(TestFiles.Zip(("a.txt", "hello")), "Word document");
        var encrypted = (byte[])Good.Clone();
        encrypted[encrypted.AsSpan().IndexOf<byte>([0x50, 0x4B, 0x01, 0x02]) + 8] |= 1;
        Refused(encrypted, "encrypted");
    }

    [Fact]
    public void Bytes_before_between_and_behind_the_entries_are_named()
    {
        Refused([.. "<html>"u8, .. Good], "");
        Refused([.. Good, .. "<html>"u8], "follow its end");
        Refused([.. Good, .. Good], "does not lie where it says");
    }

    [Fact]
    public void A_document_cut_off_anywhere_is_named()
    {
        for (var percent = 5; percent < 100; percent += 5)
        {
            Refused(Good[..(Good.Length * percent / 100)], "cut off");
        }
    }

    private static ExtractedText Read(byte[] content) => (ExtractedText)new DocxFile().Read(content, TestContext.Current.CancellationToken);

    private static void Refused(byte[] content, string reason)
    {
        var problem = Assert.Throws<InvalidFileException>(() => Read(content));
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Fix);
    }

    /// <summary>Text that does not pack well, so that the ratio stays that of an ordinary document.</summary>
    private static string Noise() => string.Concat(Enumerable.Range(0, 4_000).Select(i => $"<w:p><w:r><w:t>{(uint)i * 2_654_435_761}</w:t></w:r></w:p>"));

    private static byte[] Bomb(long inflated)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("word/document.xml", CompressionLevel.Optimal).Open();
            var block = Encoding.ASCII.GetBytes(new string(' ', 1 << 20));
            for (var written = 0L; written < inflated; written += block.Length)
            {
                entry.Write(block);
            }
        }

        return stream.ToArray();
    }
}
