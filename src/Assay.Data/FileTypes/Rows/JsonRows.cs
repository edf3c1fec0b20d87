namespace Assay.Data.FileTypes.Rows;

/// <summary>Reads lines of JSON objects, one row a line. Blank lines are skipped; a bad line becomes a row with a fault.</summary>
internal static class JsonRows
{
    /// <summary>Reads every row.</summary>
    /// <param name="content">The whole file; valid UTF-8.</param>
    /// <param name="firstByte">Where the text begins: 3 behind a byte order mark, else 0.</param>
    /// <param name="cancel">Looked at between rows.</param>
    /// <exception cref="InvalidFileException">Too many rows or values, or not one row could be read.</exception>
    public static List<SourceRow> Read(ReadOnlySpan<byte> content, int firstByte, CancellationToken cancel)
    {
        var rows = new List<SourceRow>();
        var tree = new JsonTree();
        var (at, line) = (firstByte, 0);
        while (at < content.Length)
        {
            line++;
            var length = content[at..].IndexOf((byte)'\n');
            var end = length < 0 ? content.Length : at + length;
            var (first, last) = Trim(content, at, end);
            if (first < last)
            {
                if (rows.Count == SourceRow.MaximumCount)
                {
                    throw SourceRow.TooMany();
                }

                cancel.ThrowIfCancellationRequested();
                rows.Add(Row(tree, content[first..last], line, first));
            }

            at = end + 1;
        }

        if (rows.TrueForAll(row => row.Fault is not null))
        {
            var fault = rows.Count == 0 ? "It has no lines." : rows[0].Fault;
            throw new InvalidFileException($"No line of the file is a JSON object. {fault}", "Write one JSON object a line, without a comma behind it and without a list around all of them.")
            {
                ByteOffset = rows.Count == 0 ? null : rows[0].Start,
            };
        }

        return rows;
    }

    private static SourceRow Row(JsonTree tree, ReadOnlySpan<byte> json, int line, int first)
    {
        var end = first + json.Length;
        if (json.Length > SourceRow.MaximumLength)
        {
            return new SourceRow(line, first, end, [], $"Row {line} has {json.Length} bytes; a row may have {SourceRow.MaximumLength}.");
        }

        if (json[0] != '{')
        {
            return new SourceRow(line, first, end, [], $"Row {line} is not a JSON object: it does not begin with a brace.");
        }

        return tree.TryRead(json, first, out var value) is { } fault
            ? new SourceRow(line, first, end, [], $"Row {line} is not JSON: {fault}.")
            : new SourceRow(line, first, end, value!.Items);
    }

    private static (int First, int Last) Trim(ReadOnlySpan<byte> content, int first, int last)
    {
        while (first < last && content[first] is (byte)' ' or (byte)'\t' or (byte)'\r')
        {
            first++;
        }

        while (last > first && content[last - 1] is (byte)' ' or (byte)'\t' or (byte)'\r')
        {
            last--;
        }

        return (first, last);
    }
}
