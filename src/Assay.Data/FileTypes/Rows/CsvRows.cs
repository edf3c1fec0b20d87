using System.Text;

namespace Assay.Data.FileTypes.Rows;

/// <summary>Reads comma-separated values as RFC 4180 has them: a header, quotes doubled inside quotes, line ends allowed inside quotes. Semicolon and tab are recognised as delimiters, too.</summary>
/// <remarks>A bad row becomes a row with a fault, and reading goes on behind its line end; a quote that never closes ends the file.</remarks>
internal ref struct CsvRows
{
    private const int MaximumColumns = 1_000;
    private const string Fix = "Export the table again as CSV by RFC 4180: fields with quotes, delimiters or line ends between double quotes, quotes inside doubled.";

    private readonly ReadOnlySpan<byte> _content;
    private readonly byte _delimiter;
    private int _at;

    private CsvRows(ReadOnlySpan<byte> content, int firstByte)
    {
        _content = content;
        _at = firstByte;
        _delimiter = Delimiter(content[firstByte..]);
    }

    /// <summary>Reads every row below the header.</summary>
    /// <param name="content">The whole file; valid UTF-8.</param>
    /// <param name="firstByte">Where the text begins: 3 behind a byte order mark, else 0.</param>
    /// <param name="cancel">Looked at between rows.</param>
    /// <exception cref="InvalidFileException">There is no usable header, no row below it, a quote never closes, or there are too many rows.</exception>
    public static List<SourceRow> Read(ReadOnlySpan<byte> content, int firstByte, CancellationToken cancel)
    {
        var reader = new CsvRows(content, firstByte);
        var names = reader.Header();
        var rows = new List<SourceRow>();
        for (var number = 1; reader._at < content.Length;)
        {
            cancel.ThrowIfCancellationRequested();
            var start = reader._at;
            var (fields, fault) = reader.Next(names.Length);
            var end = reader.EndBefore(start);
            if (fault is null && fields.Count == 1 && fields[0].Text.Length == 0 && (names.Length > 1 || start == end))
            {
                continue; // an empty line
            }

            if (rows.Count == SourceRow.MaximumCount)
            {
                throw SourceRow.TooMany();
            }

            rows.Add(Row(number++, start, end, fields, fault, names));
        }

        return rows.Count > 0 ? rows : throw new InvalidFileException("There is no row below the header.", "Send a file with rows.");
    }

    private static SourceRow Row(int number, int start, int end, List<(string Text, int Start, int End)> fields, string? fault, string[] names)
    {
        var wrong = end - start > SourceRow.MaximumLength ? $"Row {number} has {end - start} bytes; a row may have {SourceRow.MaximumLength}."
            : fault is not null ? $"Row {number}: {fault}"
            : fields.Count != names.Length ? $"Row {number} has {fields.Count} fields, and the header {names.Length}."
            : null;
        return wrong is not null
            ? new SourceRow(number, start, end, [], wrong)
            : new SourceRow(number, start, end, [.. fields.Zip(names, (field, name) => new RowField(name, field.Text, field.Start, field.End, []))]);
    }

    /// <summary>The one of the three that the first line has most of, outside quotes; a comma when it has none.</summary>
    private static byte Delimiter(ReadOnlySpan<byte> text)
    {
        int commas = 0, semicolons = 0, tabs = 0;
        var quoted = false;
        foreach (var symbol in text)
        {
            quoted ^= symbol == '"';
            if (!quoted && symbol is (byte)'\n' or (byte)'\r')
            {
                break;
            }

            commas += !quoted && symbol == ',' ? 1 : 0;
            semicolons += !quoted && symbol == ';' ? 1 : 0;
            tabs += !quoted && symbol == '\t' ? 1 : 0;
        }

        return semicolons > commas && semicolons >= tabs ? (byte)';' : tabs > commas ? (byte)'\t' : (byte)',';
    }

    private string[] Header()
    {
        var (fields, fault) = Next(MaximumColumns);
        if (fault is not null)
        {
            throw new InvalidFileException($"The header cannot be read: {fault}", Fix) { ByteOffset = 0 };
        }

        if (fields.Count > MaximumColumns)
        {
            throw new InvalidFileException($"The header names more than {MaximumColumns} columns.", "Keep the columns that hold the records.");
        }

        var names = fields.Select(field => field.Text.Trim()).ToArray();
        if (Array.Exists(names, name => name.Length == 0) || names.Distinct(StringComparer.OrdinalIgnoreCase).Count() < names.Length)
        {
            throw new InvalidFileException("The first line does not name the columns: a name is empty or appears twice.", "Write the columns' names into the first line, each once.");
        }

        return names;
    }

    /// <summary>Reads to behind the next line end. Fields beyond <paramref name="most"/> are read over, one of them kept.</summary>
    private (List<(string Text, int Start, int End)> Fields, string? Fault) Next(int most)
    {
        var fields = new List<(string, int, int)>();
        while (true)
        {
            var fault = Field(out var field);
            if (fault is not null)
            {
                SkipLine();
                return (fields, fault);
            }

            if (fields.Count <= most)
            {
                fields.Add(field);
            }

            if (_at >= _content.Length)
            {
                return (fields, null);
            }

            if (_content[_at] == _delimiter)
            {
                _at++;
                continue;
            }

            _at += _content[_at] == '\r' && _at + 1 < _content.Length && _content[_at + 1] == '\n' ? 2 : 1;
            return (fields, null);
        }
    }

    /// <summary>Reads one field and stops at its delimiter or line end.</summary>
    private string? Field(out (string Text, int Start, int End) field)
    {
        var start = _at;
        field = default;
        if (_at < _content.Length && _content[_at] == '"')
        {
            return Quoted(out field);
        }

        while (_at < _content.Length && _content[_at] != _delimiter && _content[_at] is not ((byte)'\n' or (byte)'\r'))
        {
            if (_content[_at] == '"')
            {
                return $"a quote stands inside a field without quotes, at byte {_at}.";
            }

            _at++;
        }

        field = (Encoding.UTF8.GetString(_content[start.._at]), start, _at);
        return null;
    }

    private string? Quoted(out (string Text, int Start, int End) field)
    {
        var open = _at++;
        var hasPairs = false;
        while (true)
        {
            var quote = _content[_at..].IndexOf((byte)'"');
            if (quote < 0)
            {
                throw new InvalidFileException($"The quote at byte {open} is never closed: the file is cut off, or a quote inside a field is not doubled.", Fix) { ByteOffset = open };
            }

            _at += quote + 1;
            if (_at >= _content.Length || _content[_at] != '"')
            {
                break;
            }

            hasPairs = true;
            _at++;
        }

        var text = Encoding.UTF8.GetString(_content[(open + 1)..(_at - 1)]);
        field = (hasPairs ? text.Replace("\"\"", "\"", StringComparison.Ordinal) : text, open + 1, _at - 1);
        return _at < _content.Length && _content[_at] != _delimiter && _content[_at] is not ((byte)'\n' or (byte)'\r')
            ? $"something follows behind the closing quote, at byte {_at}."
            : null;
    }

    private void SkipLine()
    {
        var end = _content[_at..].IndexOf((byte)'\n');
        _at = end < 0 ? _content.Length : _at + end + 1;
    }

    /// <summary>End of the row that began at <paramref name="start"/>, its line end left out.</summary>
    private readonly int EndBefore(int start)
    {
        var end = _at;
        end -= end > start && _content[end - 1] == '\n' ? 1 : 0;
        return end - (end > start && _content[end - 1] == '\r' ? 1 : 0);
    }
}
