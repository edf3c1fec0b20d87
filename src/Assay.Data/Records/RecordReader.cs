using Assay.Data.FileTypes;

namespace Assay.Data.Records;

/// <summary>Finds the training records in a text: rows where it has them, else Q:/A: blocks, else sections under headings, else chunks of paragraphs.</summary>
/// <remarks>Deterministic; no word of a record is written by a model. A form is used when its records hold at least half of the text.</remarks>
public static class RecordReader
{
    /// <summary>Most records one file may give.</summary>
    public const int MaximumRecords = 100_000;

    /// <summary>Reads every record of a text.</summary>
    /// <param name="source">The text.</param>
    /// <param name="columns">Which columns of its rows hold what; null to recognise them by their names.</param>
    public static RecordReading Read(ExtractedText source, ColumnMapping? columns = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Rows is { } rows)
        {
            return InstructionRows.Read(rows, columns);
        }

        var text = new SourceText(source);
        var (start, end) = text.Trim(0, source.Text.Length);
        if (start == end)
        {
            return new RecordReading([], []);
        }

        var found = new Collector(text);
        if (QuestionAnswers.TryRead(text, found, start, end) || (source.Headings.Count > 0 && Sections.TryRead(text, source.Headings, found, end)))
        {
            return found.ToReading();
        }

        found = new Collector(text);
        Chunks.Read(text, found, start, end, prompt: null);
        return found.ToReading();
    }

    /// <summary>Gathers records and skipped parts, numbering both.</summary>
    internal sealed class Collector(SourceText text)
    {
        private readonly List<DataRecord> _records = [];
        private readonly List<SkippedPart> _skipped = [];
        private int _row;

        public void Add(RecordForm form, IReadOnlyList<RecordTurn> turns)
        {
            _row++;
            if (_records.Count < MaximumRecords)
            {
                _records.Add(new DataRecord(_records.Count, form, turns, turns[0].Start, turns[^1].End));
            }
            else if (_skipped.Count < 2 * MaximumRecords)
            {
                _skipped.Add(new SkippedPart(_row, $"The file holds more than {MaximumRecords} records.", true, turns[0].Start, turns[^1].End));
            }
        }

        public void Skip(string reason, bool malformed, int start, int end, bool hasEmptyField = false)
        {
            _row++;
            if (_skipped.Count < MaximumRecords)
            {
                _skipped.Add(text.Skip(_row, reason, malformed, start, end) with { HasEmptyField = hasEmptyField });
            }
        }

        public RecordReading ToReading() => new(_records, _skipped);
    }
}
