using System.IO.Compression;
using System.Security;
using System.Text;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;

namespace Assay.Data.Tests.FileTypes;

/// <summary>Makes real PDF and Word files, good ones and hostile ones.</summary>
internal static class TestFiles
{
    public const string ContentTypes =
        """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>
        """;

    public const string Relations =
        """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>
        """;

    public const string Paragraph =
        "Bees visit the flowers of the garden from early spring, and the keeper checks each hive for a laying queen. A colony that is short of honey is fed with sugar syrup until the lime trees bloom.";

    /// <summary>A Word file with the given body elements.</summary>
    public static byte[] DocxOf(string body, string prologue = "") => Zip(
        ("[Content_Types].xml", ContentTypes),
        ("_rels/.rels", Relations),
        ("word/document.xml", DocumentXml(body, prologue)));

    public static string DocumentXml(string body, string prologue = "") =>
        $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>{prologue}<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>";

    /// <summary>A Word file of headings (lines that start with #) and paragraphs.</summary>
    public static byte[] Docx(params string[] lines) => DocxOf(string.Concat(lines.Select(line =>
        line.TrimStart('#') is var words && words.Length < line.Length
            ? $"<w:p><w:pPr><w:pStyle w:val=\"Heading{line.Length - words.Length}\"/></w:pPr><w:r><w:t>{SecurityElement.Escape(words.Trim())}</w:t></w:r></w:p>"
            : $"<w:p><w:r><w:t xml:space=\"preserve\">{SecurityElement.Escape(line)}</w:t></w:r></w:p>")));

    public static byte[] Zip(params (string Name, string Text)[] entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in entries)
            {
                using var entry = archive.CreateEntry(name, CompressionLevel.SmallestSize).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return stream.ToArray();
    }

    /// <summary>A PDF with a page for each text.</summary>
    public static byte[] Pdf(params string[] pages)
    {
        using var builder = new PdfDocumentBuilder();
        var font = builder.AddStandard14Font(Standard14Font.Helvetica);
        foreach (var text in pages)
        {
            var page = builder.AddPage(PageSize.A4);
            var y = 780.0;
            foreach (var line in text.Split('\n').SelectMany(paragraph => paragraph.Split(' ').Chunk(12)))
            {
                page.AddText(string.Join(' ', line) + " ", 11, new PdfPoint(50, y), font);
                y -= 16;
            }
        }

        return builder.Build();
    }

    /// <summary>A PDF of two pages whose second holds a picture.</summary>
    public static byte[] PdfWithImage()
    {
        using var builder = new PdfDocumentBuilder();
        var font = builder.AddStandard14Font(Standard14Font.Helvetica);
        builder.AddPage(PageSize.A4).AddText(Paragraph[..80], 11, new PdfPoint(50, 700), font);
        var second = builder.AddPage(PageSize.A4);
        second.AddText(Paragraph[..80], 11, new PdfPoint(50, 700), font);
        second.AddPng(Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="), new PdfRectangle(50, 100, 150, 200));
        return builder.Build();
    }
}
