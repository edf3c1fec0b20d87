using System.Security;
using System.Text;
using Assay.Data.Tests.FileTypes;
using Parquet.Serialization;
using static Assay.Cli.Tests.Hostile.HostilePictures;

namespace Assay.Cli.Tests.Hostile;

/// <summary>Documents, rows and plain texts that lie, bombs, polyglots and broken ones.</summary>
internal static class HostileTexts
{
    private const string Word = TestFiles.Paragraph;

    private static readonly byte[] Pdf = TestFiles.Pdf(Word, Word), Docx = TestFiles.Docx("# Bees", Word), Parquet = MakeParquet();

    public static IEnumerable<HostileFile> All() => [.. Docxs(), .. Pdfs(), .. Rows(), .. Plain()];

    private static IEnumerable<HostileFile> Docxs()
    {
        string Paragraph(string text) => $"<w:p><w:r><w:t>{SecurityElement.Escape(text)}</w:t></w:r></w:p>";
        byte[] With(params (string, string)[] more) => TestFiles.Zip([("[Content_Types].xml", TestFiles.ContentTypes), ("_rels/.rels", TestFiles.Relations), ("word/document.xml", TestFiles.DocumentXml(Paragraph(Word))), .. more]);
        var laughs = "<!DOCTYPE lolz [<!ENTITY a \"ha\">" + string.Concat(Enumerable.Range(1, 9).Select(level => $"<!ENTITY a{level} \"{string.Concat(Enumerable.Repeat(level == 1 ? "&a;" : $"&a{level - 1};", 10))}\">")) + "]>";
        yield return new("a billion laughs", "laughs.docx", TestFiles.DocxOf(Paragraph("x") + "<w:p>&a9;</w:p>", laughs), "format", "document type definition");
        yield return new("an entity that reads a file", "passwd.docx", TestFiles.DocxOf("<w:p>&x;</w:p>", "<!DOCTYPE x [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"), "format", "document type definition");
        yield return new("an entity that calls a server", "call.docx", TestFiles.DocxOf("<w:p>&x;</w:p>", "<!DOCTYPE x [<!ENTITY % x SYSTEM \"http://127.0.0.1:9/x\"> %x;]>"), "format", "document type definition");
        yield return new("an archive bomb", "bomb.docx", With(("word/media/x.bin", new string('a', 60_000_000))), "format", "archive bomb");
        yield return new("2,000 entries", "entries.docx", With([.. Enumerable.Range(0, 2_000).Select(number => ($"word/{number}.xml", "x"))]), "format", "1000 are the most");
        yield return new("macros under another name", "macros.docx", With(("word/vbaProject.bin", "macro")), "format", "macros");
        yield return new("a name that leaves its folder", "traversal.docx", With(("../../etc/cron.d/x", "x")), "format", "points outside");
        yield return new("an absolute name", "absolute.docx", With(("/etc/passwd", "x")), "format", "points outside");
        yield return new("a Windows name", "windows.docx", With(("C:\\Windows\\x", "x")), "format", "points outside");
        yield return new("an entry twice", "twice.docx", With(("WORD/document.xml", "x")), "format", "appears twice");
        yield return new("an archive that is no document", "zip.docx", TestArchive(), "format", "Word document");
        yield return new("an archive in the archive", "nested.docx", With(("word/inner.zip", Encoding.Latin1.GetString(TestArchive()))), "", "");
        yield return new("junk behind it", "junk.docx", [.. Docx, .. "MZ and more"u8], "format", "follow its end");
        yield return new("junk before it", "before.docx", [.. Docx[..4], .. Noise(100), .. Docx[4..]], "format", "damaged archive");
        yield return new("a changed byte", "changed.docx", Changed(Docx, Docx.AsSpan().IndexOf("document.xml"u8) + 40), "format", "cannot be unpacked");
        yield return new("an encrypted document", "secret.docx", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[600]], "format", "encrypted");
        yield return new("elements 200,000 deep", "deep.docx", TestFiles.DocxOf(string.Concat(Enumerable.Repeat("<w:p>", 200_000)) + string.Concat(Enumerable.Repeat("</w:p>", 200_000))), "format", "archive bomb");
        foreach (var length in (int[])[10, 60, Docx.Length / 3, Docx.Length / 2, Docx.Length - 60, Docx.Length - 21, Docx.Length - 1])
        {
            yield return new($"DOCX cut off at {length} bytes", "cut.docx", Docx[..length], "format", "cut off");
        }
    }

    private static IEnumerable<HostileFile> Pdfs()
    {
        byte[] Objects(params string[] bodies)
        {
            var file = new StringBuilder("%PDF-1.4\n");
            var places = new List<int>();
            for (var number = 1; number <= bodies.Length; number++)
            {
                places.Add(file.Length);
                file.Append(System.Globalization.CultureInfo.InvariantCulture, $"{number} 0 obj\n{bodies[number - 1]}\nendobj\n");
            }

            var table = file.Length;
            file.Append(System.Globalization.CultureInfo.InvariantCulture, $"xref\n0 {bodies.Length + 1}\n0000000000 65535 f \n");
            places.ForEach(place => file.Append(System.Globalization.CultureInfo.InvariantCulture, $"{place:D10} 00000 n \n"));
            file.Append(System.Globalization.CultureInfo.InvariantCulture, $"trailer\n<< /Size {bodies.Length + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
            return Encoding.Latin1.GetBytes(file.ToString());
        }

        var latin = Encoding.Latin1.GetString(Pdf);
        yield return new("pages that are their own parents", "pages.pdf", Objects("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"), "format", "0 pages");
        yield return new("arrays 100,000 deep", "deep.pdf", Objects($"<< /Type /Catalog /Pages {new string('[', 100_000)} >>"), "format", "pages cannot be read");
        yield return new("a stream that unpacks to 80 MB", "bomb.pdf", Objects("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>", $"<< /Filter /FlateDecode /Length {Deflated(80_000_000).Length} >>\nstream\n{Encoding.Latin1.GetString(Deflated(80_000_000))}\nendstream"), "format", "unpacks to more than 50 MB");
        yield return new("a stream that asks for a dictionary", "dictionary.pdf", Objects("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>", "<< /Filter /FlateDecode /Length 8 >>\nstream\n\u0078\u00BB\u0001\u0002\u0003\u0004xx\nendstream"), "format", "scanned");
        yield return new("an encrypted document", "secret.pdf", Encoding.Latin1.GetBytes(latin.Replace("/Root", "/Encrypt << /Filter /Standard /V 1 /R 2 /O (xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx) /U (xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx) /P -1 >> /Root", StringComparison.Ordinal)), "format", "encrypted");
        yield return new("a picture on its page", "picture.pdf", TestFiles.PdfWithImage(), "format", "Page 2 of the PDF holds a picture");
        yield return new("no text", "scan.pdf", TestFiles.Pdf("A title"), "format", "scanned");
        yield return new("a web page in its head", "page.pdf", Encoding.Latin1.GetBytes(latin.Insert(9, "%<html><script>alert(1)</script>\n")), "format", "web page at once");
        yield return new("an archive at its end", "zip.pdf", [.. Pdf[..^6], .. TestArchive(), .. "\n%%EOF\n"u8], "format", "pointer to its table");
        yield return new("bytes behind its end", "junk.pdf", [.. Pdf, .. "MZ more"u8], "format", "7 bytes follow");
        yield return new("a table of objects that is its own predecessor", "prev.pdf", Encoding.Latin1.GetBytes(latin.Replace("/Root", $"/Prev {latin.LastIndexOf("xref\n", latin.LastIndexOf("startxref", StringComparison.Ordinal), StringComparison.Ordinal)} /Root", StringComparison.Ordinal)), "", "");
        yield return new("a pointer beyond the file", "pointer.pdf", Encoding.Latin1.GetBytes(latin[..latin.LastIndexOf("startxref", StringComparison.Ordinal)] + "startxref\n99999999\n%%EOF\n"), "format", "pointer to its table");
        foreach (var length in (int[])[9, Pdf.Length / 4, Pdf.Length / 2, Pdf.Length - 30, Pdf.Length - 7])
        {
            yield return new($"PDF cut off at {length} bytes", "cut.pdf", Pdf[..length], "format", "cut off");
        }
    }

    private static IEnumerable<HostileFile> Rows()
    {
        byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
        const string Good = "{\"instruction\":\"What do bees visit?\",\"output\":\"" + Word + "\"}\n";
        yield return new("100,000 brackets", "deep.jsonl", Bytes($"{{\"a\":{new string('[', 100_000)}"), "format", "a row may have 65536");
        yield return new("half a row", "half.jsonl", Bytes(Good[..60]), "format", "breaks off");
        yield return new("a row of 100 KiB", "wide.jsonl", Bytes($"{{\"text\":\"{new string('x', 100_000)}\"}}\n"), "format", "a row may have 65536");
        yield return new("an array", "array.jsonl", Bytes("[{\"a\":1}]\n"), "format", "does not begin with a brace");
        yield return new("a member twice", "twice.jsonl", Bytes("{\"instruction\":\"x\",\"instruction\":\"y\",\"output\":\"z\"}\n"), "format", "appears twice");
        yield return new("half of a surrogate pair", "surrogate.jsonl", Bytes("{\"instruction\":\"\\ud800\",\"output\":\"z\"}\n"), "format", "surrogate");
        yield return new("a byte that is not UTF-8", "latin.jsonl", [.. Bytes(Good), 0xE9, 0x0A], "format", "not UTF-8");
        yield return new("a program", "elf.jsonl", [0x7F, 0x45, 0x4C, 0x46, .. new byte[100]], "gate", "a program");
        yield return new("100,001 rows", "many.jsonl", Bytes(string.Concat(Enumerable.Repeat("{}\n", 100_001))), "format", "more than 100000 rows");
        yield return new("an open quote", "quote.csv", Bytes("instruction,output\n\"What do bees visit?,x\n"), "format", "never closed");
        yield return new("rows of different length", "ragged.csv", Bytes("instruction,output\na\nb,c,d,e\n"), "structure", "0 of 2 records");
        yield return new("formulas", "formula.csv", Bytes($"instruction,output\n\"=cmd|' /C calc'!A0\",\"{Word}\"\n"), "", "");
        yield return new("100,000 columns", "columns.csv", Bytes(string.Join(',', Enumerable.Range(0, 100_000)) + "\n1\n"), "format", "more than 1000 columns");
        yield return new("NUL bytes", "nul.csv", Bytes("instruction,output\n\0\0\0,\0\n"), "integrity", "control characters");
        yield return new("a PDF", "pdf.csv", Pdf, "gate", "a PDF");
        yield return new("only its marks", "marks.parquet", "PAR1PAR1"u8.ToArray(), "format", "last four bytes");
        yield return new("a footer longer than the file", "footer.parquet", [.. Parquet[..^8], 255, 255, 255, 0, .. "PAR1"u8], "format", "claims");
        yield return new("a footer of noise", "noise.parquet", [.. "PAR1"u8, .. Noise(200), 200, 0, 0, 0, .. "PAR1"u8], "format", "not a whole Parquet");
        yield return new("encryption", "secret.parquet", [.. "PARE"u8, .. Parquet[4..]], "format", "encrypted");
        yield return new("bytes behind it", "junk.parquet", [.. Parquet, 0], "format", "last four bytes");
        foreach (var length in (int[])[6, Parquet.Length / 2, Parquet.Length - 8, Parquet.Length - 1])
        {
            yield return new($"Parquet cut off at {length} bytes", "cut.parquet", Parquet[..length], "format", "last four bytes");
        }
    }

    private static IEnumerable<HostileFile> Plain()
    {
        byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
        yield return new("nothing", "empty.txt", [], "gate", "is empty");
        yield return new("UTF-16", "utf16.txt", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(Word)).ToArray(), "gate", "UTF-16");
        yield return new("a picture", "picture.txt", Testing.Media.Scene.Draw(1).ToPng(), "gate", "a PNG picture");
        yield return new("a program", "elf.md", [0x7F, 0x45, 0x4C, 0x46, .. new byte[100]], "gate", "a program");
        yield return new("an archive", "zip.md", TestArchive(), "gate", "a ZIP archive");
        yield return new("an overlong slash", "overlong.txt", [.. Bytes(Word), 0xC0, 0xAF], "format", "not UTF-8");
        yield return new("a surrogate in UTF-8", "surrogate.txt", [.. Bytes(Word), 0xED, 0xA0, 0x80], "format", "not UTF-8");
        yield return new("half a character at the end", "half.txt", [.. Bytes(Word), 0xE2, 0x82], "format", "not UTF-8");
        yield return new("only a byte order mark", "mark.txt", [0xEF, 0xBB, 0xBF], "structure", "No record was found");
        yield return new("NUL bytes", "nul.txt", Bytes(new string('\0', 3_000)), "structure", "0 of 1 records");
        yield return new("control characters", "control.md", Bytes(Word + new string('\u0007', 400) + Word), "structure", "More digits and signs than letters");
        yield return new("text that runs backwards", "bidi.txt", Bytes("\u202E" + Word + Word), "", "");
        yield return new("letters with a hundred marks", "zalgo.txt", Bytes(string.Concat(Enumerable.Repeat("e" + new string('\u0301', 100) + " ", 400))), "structure", "0 of 11 records");
        yield return new("one line of 3 MB", "line.txt", Bytes(new string('a', 3_000_000)), "structure", "without a sentence end");
        yield return new("100,000 headings", "headings.md", Bytes(string.Concat(Enumerable.Repeat("# a\n\n", 100_000))), "", "");
        yield return new("quotes 50,000 deep", "quotes.md", Bytes(new string('>', 50_000) + " x"), "structure", "without a sentence end");
        foreach (var (what, name) in ((string, string)[])[("no extension", "README"), ("a double extension", "picture.png.exe"), ("a space behind it", "picture.png "), ("another picture type", "picture.gif"), ("a vector picture", "picture.svg"), ("a web page", "page.html"), ("a macro document", "macros.docm"), ("an archive's name", "archive.zip"), ("a folder in its name", "folder.png/x"), ("TIFF's other name", "picture.tif"), ("a dot alone", ".")])
        {
            yield return new($"a name with {what}", name, Testing.Media.Scene.Draw(1).ToPng(), "gate", name is "README" or "folder.png/x" ? "no extension" : "unknown extension");
        }

        foreach (var (what, name) in ((string, string)[])[("characters that turn it around", "gnp\u202Egnp.png"), ("a NUL", "a\0b.png"), ("line ends", "a\r\nSet-Cookie: x.png"), ("a way out of its folder", "..\\..\\..\\etc\\x.png"), ("400 characters", new string('x', 400) + ".png"), ("capitals", "PICTURE.PNG"), ("marks of HTML", "<img src=x onerror=alert(1)>.png")])
        {
            yield return new($"a name with {what}", name, Testing.Media.Scene.Draw(1).ToPng(), "", "");
        }
    }

    private static byte[] MakeParquet()
    {
        using var file = new MemoryStream();
        ParquetSerializer.SerializeAsync((Row[])[new Row { Instruction = "What do bees visit?", Output = Word }], file).GetAwaiter().GetResult();
        return file.ToArray();
    }

    private sealed class Row
    {
        public string? Instruction { get; set; }
        public string? Output { get; set; }
    }
}
