using System.Text;
using Assay.Data.FileTypes;
using Assay.Data.Records;

namespace Assay.Data.Validation;

/// <summary>A text that rules look at, with the way back to where its parts stand in the file.</summary>
internal sealed class JudgedText
{
    private readonly SourceText? _document;
    private readonly IReadOnlyList<int> _pages;
    private readonly List<Part> _parts = [];

    private JudgedText(ExtractedText document) => (Text, _document, _pages) = (document.Text, new SourceText(document), document.PageStarts);

    private JudgedText(IEnumerable<(string Text, int Row, int Start, int End)> parts)
    {
        _pages = [];
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            _parts.Add(new Part(text.Length, part.Row, part.Start, part.End));
            text.Append(part.Text).Append("\n\n");
        }

        Text = text.ToString();
    }

    /// <summary>The words.</summary>
    public string Text { get; }

    /// <summary>A document as it stands; of rows, the turns of the records, or those that are wanted.</summary>
    public static JudgedText OfRecords(ExtractedText source, RecordReading reading, Func<RecordTurn, bool>? wanted = null) => source.Rows is null
        ? new JudgedText(source)
        : new JudgedText(reading.Records.SelectMany(record => record.Turns.Where(turn => wanted?.Invoke(turn) ?? true).Select(turn => (turn.Text, record.Row, turn.Start, turn.End))));

    /// <summary>A document as it stands; of rows, every text in them, and those that could not be read as they stand.</summary>
    public static JudgedText OfEverything(ExtractedText source)
    {
        if (source.Rows is not { } rows)
        {
            return new JudgedText(source);
        }

        var bytes = rows.Any(row => row.Fault is not null) ? Encoding.UTF8.GetBytes(source.Text) : [];
        return new JudgedText(rows.SelectMany(row => row.Fault is null
            ? row.Fields.SelectMany(field => field.Texts()).Select(field => (field.Text!, row.Number, field.Start, field.End))
            : [(Encoding.UTF8.GetString(bytes.AsSpan(row.Start - source.FirstByte, row.End - row.Start)), row.Number, row.Start, row.End)]));
    }

    /// <summary>Evidence for [start, end) of the text: byte offsets and page in a document; row, and the bytes of its field, in rows.</summary>
    public Evidence At(string words, int start, int end)
    {
        if (_document is { } document)
        {
            var page = _pages.Count == 0 ? (int?)null : _pages.Count(first => first <= start);
            var offsets = document.Bytes(start, end);
            return new Evidence(words, offsets.Start, offsets.End, Page: page);
        }

        var index = _parts.BinarySearch(new Part(start, 0, 0, 0));
        var part = _parts[index >= 0 ? index : Math.Max(~index - 1, 0)];
        return new Evidence(words, part.Start, part.End, part.Row);
    }

    /// <param name="At">Where it begins in the text.</param>
    private readonly record struct Part(int At, int Row, int Start, int End) : IComparable<Part>
    {
        public int CompareTo(Part other) => At.CompareTo(other.At);
    }
}
