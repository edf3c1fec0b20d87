using System.Buffers.Binary;
using System.Text;
using Assay.Data.FileTypes.Rows;

namespace Assay.Data.FileTypes;

/// <summary>Apache Parquet, <c>.parquet</c>: its rows are written out as lines of JSON, which is what record offsets refer to.</summary>
public sealed class ParquetFile : IFileType
{
    private const int TailLength = 8; // length of the footer, then the magic again
    private const string SendAgain = "Write the table again as a .parquet without encryption, or send it as .jsonl.";

    /// <inheritdoc/>
    public string Name => "parquet";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".parquet"];

    /// <inheritdoc/>
    public DatanetKind Kind => DatanetKind.Text;

    /// <summary>Also true for an encrypted footer, so that <see cref="Read"/> can name it.</summary>
    /// <param name="head">The first bytes of the file.</param>
    public bool Sniff(ReadOnlySpan<byte> head) => head.StartsWith("PAR1"u8) || head.StartsWith("PARE"u8);

    /// <inheritdoc/>
    public FileContent Read(byte[] content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        CheckEnds(content);
        try
        {
            var json = ParquetRows.ToJson(content, cancel);
            return new ExtractedText(Encoding.UTF8.GetString(json), [], "parquet/1") { Rows = JsonRows.Read(json, 0, cancel) };
        }
        catch (Exception problem) when (problem is not (InvalidFileException or OperationCanceledException or OutOfMemoryException))
        {
            // The parser's owner is the contributor: whatever it stumbled over, the file is what is wrong.
            throw new InvalidFileException("The file is not a whole Parquet file: its footer or its pages cannot be read.", SendAgain, problem);
        }
    }

    private static void CheckEnds(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith("PARE"u8))
        {
            throw new InvalidFileException("The Parquet file is encrypted.", SendAgain);
        }

        if (!content.StartsWith("PAR1"u8))
        {
            throw new InvalidFileException("The file is not a Parquet file: it does not begin with PAR1.", SendAgain);
        }

        if (content.Length < 4 + TailLength || !content.EndsWith("PAR1"u8))
        {
            throw new InvalidFileException("The Parquet file is cut off, or something follows behind it: its last four bytes are not PAR1.", SendAgain) { ByteOffset = Math.Max(content.Length - 4, 0) };
        }

        var footer = BinaryPrimitives.ReadUInt32LittleEndian(content[^TailLength..]);
        if (footer > content.Length - 4 - TailLength)
        {
            throw new InvalidFileException($"The Parquet footer claims {footer} bytes, more than the file has.", SendAgain) { ByteOffset = content.Length - TailLength };
        }
    }
}
