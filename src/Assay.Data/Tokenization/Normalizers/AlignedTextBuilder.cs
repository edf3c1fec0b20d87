using System.Text;

namespace Assay.Data.Tokenization.Normalizers;

/// <summary>Writes a changed text and keeps where each unit came from.</summary>
/// <param name="source">The text that is being changed.</param>
internal sealed class AlignedTextBuilder(AlignedText source)
{
    private readonly StringBuilder value = new(source.Value.Length);
    private readonly List<TextSpan> spans = new(source.Value.Length);

    /// <summary>Units written so far.</summary>
    public int Length => value.Length;

    /// <summary>Copies a stretch of the source.</summary>
    public void Copy(int start, int end)
    {
        value.Append(source.Value, start, end - start);
        for (var i = start; i < end; i++)
        {
            spans.Add(source.SpanOf(i));
        }
    }

    /// <summary>Writes other text in place of a stretch of the source, which may be empty.</summary>
    public void Replace(int start, int end, ReadOnlySpan<char> by)
    {
        var span = Origin(start, end);
        value.Append(by);
        for (var i = 0; i < by.Length; i++)
        {
            spans.Add(span);
        }
    }

    /// <summary>Takes the last unit back when it is <paramref name="unit"/>.</summary>
    public bool RemoveLast(char unit)
    {
        if (value.Length == 0 || value[^1] != unit)
        {
            return false;
        }

        value.Length--;
        spans.RemoveAt(spans.Count - 1);
        return true;
    }

    public AlignedText ToText() => new(value.ToString(), [.. spans]);

    private TextSpan Origin(int start, int end)
    {
        if (end > start)
        {
            return new(source.SpanOf(start).Start, source.SpanOf(end - 1).End);
        }

        var place = source.Value.Length == 0 ? 0 : start > 0 ? source.SpanOf(start - 1).End : source.SpanOf(0).Start;
        return new(place, place);
    }
}
