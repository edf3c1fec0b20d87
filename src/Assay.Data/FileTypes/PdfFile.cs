using System.Text;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.DocumentLayoutAnalysis.TextExtractor;
using UglyToad.PdfPig.Exceptions;

namespace Assay.Data.FileTypes;

/// <summary>PDF with a text layer, <c>.pdf</c>. Pictures, encryption and scans are refused by name.</summary>
/// <remarks>
/// The library that reads the pages may loop or exhaust memory on hostile input: run this in a child process with
/// limited memory and time. Byte level checks that need no library run first (<see cref="PdfGuard"/>).
/// </remarks>
public sealed class PdfFile : IFileType
{
    private const int MinimumText = 200;
    private const int MaximumPages = 5_000;
    private const int MaximumText = 20_000_000;
    private const string SendText = "Send the text itself as .md, .txt or .docx, or a PDF that holds text only.";

    private static readonly ParsingOptions Options = new() { UseLenientParsing = true, SkipMissingFonts = true, MaxStackDepth = 64 };

    /// <inheritdoc/>
    public string Name => "pdf";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".pdf"];

    /// <inheritdoc/>
    public DatanetKind Kind => DatanetKind.Text;

    /// <inheritdoc/>
    public bool Sniff(ReadOnlySpan<byte> head) => head.StartsWith("%PDF-"u8);

    /// <inheritdoc/>
    public FileContent Read(byte[] content, CancellationToken cancel) => ReadText(content, ignoreImages: false, cancel);

    /// <summary>The same with the choice of leaving pictures out: they are then counted in <see cref="ExtractedText.IgnoredImages"/> instead of refused.</summary>
    /// <exception cref="InvalidFileException">The bytes are not a whole, safe PDF with enough text.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was triggered.</exception>
    public static ExtractedText ReadText(byte[] content, bool ignoreImages, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        PdfGuard.Check(content, cancel);
        try
        {
            using var document = PdfDocument.Open(content, Options);
            return Extract(document, ignoreImages, cancel);
        }
        catch (PdfDocumentEncryptedException problem)
        {
            throw Encrypted(problem);
        }
        catch (Exception problem) when (problem is not (InvalidFileException or OperationCanceledException or OutOfMemoryException))
        {
            // The parser's owner is the contributor: whatever it stumbled over, the file is what is wrong.
            throw new InvalidFileException("The PDF is damaged: its pages cannot be read.", SendText, problem);
        }
    }

    private static ExtractedText Extract(PdfDocument document, bool ignoreImages, CancellationToken cancel)
    {
        if (document.IsEncrypted)
        {
            throw Encrypted(null);
        }

        if (document.NumberOfPages is 0 or > MaximumPages)
        {
            throw new InvalidFileException($"The PDF has {document.NumberOfPages} pages; 1 to {MaximumPages} are read.", SendText);
        }

        var text = new StringBuilder();
        var starts = new List<int>();
        var images = 0;
        for (var number = 1; number <= document.NumberOfPages; number++)
        {
            cancel.ThrowIfCancellationRequested();
            var page = document.GetPage(number);
            if (!ignoreImages)
            {
                RefuseImages(page);
            }

            images += page.NumberOfImages;
            starts.Add(text.Length);
            text.Append(PdfLines.Unwrap(ContentOrderTextExtractor.GetText(page, addDoubleNewline: true).ReplaceLineEndings("\n").Trim())).Append("\n\n");
            if (text.Length > MaximumText)
            {
                throw new InvalidFileException($"The PDF holds more than {MaximumText} characters of text.", "Split it into smaller files.");
            }
        }

        var letters = 0;
        foreach (var chunk in text.GetChunks())
        {
            foreach (var symbol in chunk.Span)
            {
                letters += char.IsWhiteSpace(symbol) ? 0 : 1;
            }
        }

        return letters >= MinimumText
            ? new ExtractedText(WholeCharacters(text.ToString()), [], "pdf/1") { PageStarts = starts, IgnoredImages = images }
            : throw new InvalidFileException($"The PDF looks scanned: it holds {letters} characters of text, and {MinimumText} are the least.", SendText);
    }

    private static void RefuseImages(Page page)
    {
        if (page.NumberOfImages > 0)
        {
            throw new InvalidFileException($"Page {page.Number} of the PDF holds a picture; this datanet takes text only.", SendText) { Page = page.Number };
        }
    }

    /// <summary>Fonts may map glyphs to half a surrogate pair; such a half becomes U+FFFD so that the extraction is valid UTF-8.</summary>
    private static string WholeCharacters(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static InvalidFileException Encrypted(Exception? inner) =>
        new("The PDF is encrypted.", "Save it without a password and without restrictions, and send it again.", inner);
}
