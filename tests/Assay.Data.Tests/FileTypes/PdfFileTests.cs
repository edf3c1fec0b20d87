using System.Globalization;
using System.IO.Compression;
using System.Text;
using Assay.Data.FileTypes;

namespace Assay.Data.Tests.FileTypes;

public sealed class PdfFileTests
{
    private const string Catalog = "<< /Type /Catalog /Pages 2 0 R >>";
    private const string Pages = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
    private const string Page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>";
    private const string Font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";

    private static readonly string Content = "BT /F1 8 Tf 20 700 Td (" + TestFiles.Paragraph + " " + TestFiles.Paragraph + ") Tj ET";
    private static readonly byte[] Good = TestFiles.Pdf(TestFiles.Paragraph, "The second page. " + TestFiles.Paragraph);

    [Fact]
    public void The_text_of_each_page_is_read_in_order()
    {
        var text = Read(Good);

        Assert.Equal(2, text.PageStarts.Count);
        Assert.StartsWith("Bees visit the flowers", text.Text, StringComparison.Ordinal);
        Assert.StartsWith("The second page.", text.Text[text.PageStarts[1]..], StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_that_the_margin_broke_are_joined_and_labels_start_new_ones()
    {
        const string page = "Q: Who lays the eggs of a colony of bees in\na hive?\nA: The queen, who may live for five years and is\nThe only one who can.\nQ: More?\nTitle\n1. One\n\nend";

        Assert.Equal("Q: Who lays the eggs of a colony of bees in a hive?\nA: The queen, who may live for five years and is The only one who can.\nQ: More?\nTitle\n1. One\n\nend", PdfLines.Unwrap(page));
    }

    [Fact]
    public void A_picture_is_refused_with_its_page() =>
        Assert.Equal(2, Refused(TestFiles.PdfWithImage(), "Page 2 of the PDF holds a picture").Page);

    [Fact]
    public void A_document_without_a_text_layer_is_called_scanned() => Refused(TestFiles.Pdf("A title"), "looks scanned");

    [Fact]
    public void An_encrypted_document_is_named()
    {
        var key = string.Concat(Enumerable.Repeat("28", 32));
        var pdf = Raw([Catalog, Pages, Page, Stream(Content), Font, $"<< /Filter /Standard /V 1 /R 2 /O <{key}> /U <{key}> /P -4 >>"], "/Encrypt 6 0 R /ID [<00> <00>]");

        Refused(pdf, "encrypted");
    }

    [Fact]
    public void A_document_cut_off_anywhere_is_named()
    {
        for (var percent = 5; percent < 100; percent += 5)
        {
            Refused(Good[..(Good.Length * percent / 100)], "cut off");
        }
    }

    [Fact]
    public void Right_magic_before_garbage_is_refused()
    {
        var garbage = new byte[20_000];
        new Random(7).NextBytes(garbage);

        Refused([.. "%PDF-1.7\n"u8, .. garbage], "cut off");
        Refused([.. "%PDF-1.7\n"u8, .. garbage, .. "\nstartxref\n99\n%%EOF\n"u8], "");
    }

    [Fact]
    public void A_second_format_in_the_same_bytes_is_named()
    {
        Refused([.. Good, .. "<html><script>alert(1)</script></html>"u8], "follow the end");
        Refused([.. Good, .. TestFiles.Zip(("a.txt", "x")), .. "\nstartxref\n9\n%%EOF"u8], "ZIP archive at once");
        var page = Encoding.Latin1.GetString(Good).Replace("%PDF-1.7", "%PDF-1.7\n%<html><script>alert(1)</script>", StringComparison.Ordinal);
        Refused(Encoding.Latin1.GetBytes(page), "web page at once");
    }

    [Fact]
    public void A_stream_that_unpacks_beyond_the_cap_is_stopped_without_memory()
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            deflate.Write(new byte[60_000_000]);
        }

        var bomb = Raw([Catalog, Pages, Page, Stream(Encoding.Latin1.GetString(packed.ToArray()), "/Filter /FlateDecode "), Font]);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Refused(bomb, "unpacks to more than 50 MB");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void Circular_page_trees_and_forms_end()
    {
        ReadOrRefuse(Raw([Catalog, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>", Page, Stream(Content), Font]));
        ReadOrRefuse(Raw([Catalog, "<< /Type /Pages /Kids [6 0 R 3 0 R] /Count 1 >>", Page, Stream(Content), Font, "<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1 >>"]));
        ReadOrRefuse(Raw([Catalog, "<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>", Page, Stream(Content), Font]));
        ReadOrRefuse(Raw(
            [Catalog, Pages, Page.Replace("/Font <<", "/XObject << /X1 6 0 R >> /Font <<", StringComparison.Ordinal), Stream(Content + " /X1 Do"), Font,
            Stream("/X1 Do", "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X1 6 0 R >> >> ")]));
    }

    [Fact]
    public void Deep_nesting_is_refused_and_does_not_overflow_the_stack()
    {
        const int depth = 100_000;
        Refused(Raw([$"<< /Type /Catalog /Pages 2 0 R /X {new string('[', depth)}{new string(']', depth)} >>", Pages, Page, Stream(Content), Font]), "damaged");
        Refused(Raw([$"<< /Type /Catalog /Pages 2 0 R /X {string.Concat(Enumerable.Repeat("<</A ", depth))}1{string.Concat(Enumerable.Repeat(">>", depth))} >>", Pages, Page, Stream(Content), Font]), "damaged");
    }

    private static ExtractedText Read(byte[] content) => (ExtractedText)new PdfFile().Read(content, TestContext.Current.CancellationToken);

    private static void ReadOrRefuse(byte[] content)
    {
        try
        {
            Read(content);
        }
        catch (InvalidFileException problem)
        {
            Assert.NotEmpty(problem.Fix);
        }
    }

    private static InvalidFileException Refused(byte[] content, string reason)
    {
        var problem = Assert.Throws<InvalidFileException>(() => Read(content));
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
        return problem;
    }

    private static string Stream(string data, string entries = "") => $"<< /Length {data.Length} {entries}>>\nstream\n{data}\nendstream";

    /// <summary>A PDF of objects numbered from 1, the first one its catalog; one byte for each character.</summary>
    private static byte[] Raw(IReadOnlyList<string> objects, string trailer = "")
    {
        var pdf = new StringBuilder("%PDF-1.4\n");
        var table = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n"));
        for (var index = 0; index < objects.Count; index++)
        {
            table.Append(CultureInfo.InvariantCulture, $"{pdf.Length:D10} 00000 n \n");
            pdf.Append(CultureInfo.InvariantCulture, $"{index + 1} 0 obj\n{objects[index]}\nendobj\n");
        }

        var start = pdf.Length;
        pdf.Append(table).Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {objects.Count + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n");
        return Encoding.Latin1.GetBytes(pdf.ToString());
    }
}
