using System.Xml;
using DocumentFormat.OpenXml.Packaging;

namespace Assay.Data.FileTypes;

/// <summary>Word document, <c>.docx</c>: paragraphs and headings. Pictures are left out and counted; macros, encryption and document type definitions are refused.</summary>
public sealed class DocxFile : IFileType
{
    private const string SendAgain = "Save the document again as .docx and send the new file.";

    /// <inheritdoc/>
    public string Name => "docx";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".docx"];

    /// <inheritdoc/>
    public DatanetKind Kind => DatanetKind.Text;

    /// <summary>Also true for the OLE container that Word puts around an encrypted document, so that <see cref="Read"/> can name it.</summary>
    /// <param name="head">The first bytes of the file.</param>
    public bool Sniff(ReadOnlySpan<byte> head) => head.StartsWith<byte>([0x50, 0x4B, 0x03, 0x04]) || IsOle(head);

    /// <inheritdoc/>
    public FileContent Read(byte[] content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (IsOle(content))
        {
            throw new InvalidFileException("The document is encrypted, or is in the old .doc format.", "Save it as .docx without a password and send it again.");
        }

        var entries = ArchiveGuard.Check(content, cancel);
        if (entries.FirstOrDefault(entry => entry.Name.EndsWith("vbaProject.bin", StringComparison.OrdinalIgnoreCase)) is { } macros)
        {
            throw new InvalidFileException($"The document carries macros ('{DisplayName.Of(macros.Name)}').", "Save it as .docx without macros and send it again.");
        }

        try
        {
            using var stream = new MemoryStream(content, writable: false);
            using var document = WordprocessingDocument.Open(stream, isEditable: false);
            var main = document.MainDocumentPart ?? throw new InvalidFileException("The file is a ZIP archive and not a Word document.", SendAgain);
            using var styles = main.StyleDefinitionsPart?.GetStream(FileMode.Open, FileAccess.Read);
            using var body = main.GetStream(FileMode.Open, FileAccess.Read);
            return DocxBody.Read(body, styles is null ? DocxStyles.None : DocxStyles.Read(styles), cancel);
        }
        catch (XmlException problem) when (problem.Message.Contains("DTD", StringComparison.Ordinal))
        {
            throw new InvalidFileException("The document contains a document type definition, which can expand without bound or read other files.", SendAgain, problem);
        }
        catch (Exception problem) when (problem is not (InvalidFileException or OperationCanceledException or OutOfMemoryException))
        {
            // The parser's owner is the contributor: whatever it stumbled over, the file is what is wrong.
            throw new InvalidFileException("The file is not a whole Word document: its parts cannot be read.", SendAgain, problem);
        }
    }

    private static bool IsOle(ReadOnlySpan<byte> head) => head.StartsWith<byte>([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
}
