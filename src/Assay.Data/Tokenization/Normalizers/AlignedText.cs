namespace Assay.Data.Tokenization.Normalizers;

/// <summary>A text on its way through the pipeline and the stretch of the caller's text that each of its UTF-16 units came from.</summary>
internal sealed class AlignedText
{
    private readonly int offset;
    private readonly TextSpan[]? spans;

    /// <summary>A part of the caller's text, unchanged.</summary>
    public AlignedText(string value, int offset)
    {
        Value = value;
        this.offset = offset;
    }

    /// <summary>A changed text; one span per unit.</summary>
    public AlignedText(string value, TextSpan[] spans)
    {
        Value = value;
        this.spans = spans;
    }

    public string Value { get; }

    public TextSpan SpanOf(int unit) => spans is null ? new(offset + unit, offset + unit + 1) : spans[unit];

    /// <summary>Other units in the same places.</summary>
    /// <param name="value">As long as the text.</param>
    public AlignedText WithUnits(string value) => spans is null ? new(value, offset) : new(value, spans);

    public AlignedText Slice(int start, int length)
    {
        if (start == 0 && length == Value.Length)
        {
            return this;
        }

        var part = Value.Substring(start, length);
        return spans is null ? new(part, offset + start) : new(part, spans[start..(start + length)]);
    }

    /// <summary>The same text with <paramref name="prefix"/> in front, which comes from no unit of the caller's text.</summary>
    public AlignedText Prepend(string prefix)
    {
        var origin = Value.Length == 0 ? offset : SpanOf(0).Start;
        var all = new TextSpan[prefix.Length + Value.Length];
        Array.Fill(all, new TextSpan(origin, origin), 0, prefix.Length);
        for (var i = 0; i < Value.Length; i++)
        {
            all[prefix.Length + i] = SpanOf(i);
        }

        return new(prefix + Value, all);
    }
}
