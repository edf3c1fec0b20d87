using System.Text;
using Assay.Data.FileTypes;

namespace Assay.Data.Records;

/// <summary>Cuts turns out of extracted text and gives them their byte offsets.</summary>
internal sealed class SourceText(ExtractedText source)
{
    private readonly ByteOffsets _offsets = new(source.Text, source.FirstByte);

    public string Text => source.Text;

    /// <summary>The range without outer white space; empty ranges collapse to their start.</summary>
    public (int Start, int End) Trim(int start, int end)
    {
        while (start < end && char.IsWhiteSpace(Text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(Text[end - 1]))
        {
            end--;
        }

        return (start, end);
    }

    /// <summary>A turn over [start, end) of the text, trimmed.</summary>
    public RecordTurn Turn(TurnRole role, int start, int end)
    {
        (start, end) = Trim(start, end);
        return new RecordTurn(role, Clean(Text[start..end]), _offsets[start], _offsets[end]);
    }

    /// <summary>A prompt with words of its own, at the place of [start, end).</summary>
    public RecordTurn Prompt(string words, int start, int end)
    {
        (start, end) = Trim(start, end);
        return new RecordTurn(TurnRole.User, Clean(words), _offsets[start], _offsets[end]);
    }

    /// <summary>Byte offsets of [start, end), untrimmed.</summary>
    public (int Start, int End) Bytes(int start, int end) => (_offsets[start], _offsets[end]);

    /// <summary>A part that became no record.</summary>
    public SkippedPart Skip(int row, string reason, bool malformed, int start, int end)
    {
        (start, end) = Trim(start, end);
        return new SkippedPart(row, reason, malformed, _offsets[start], _offsets[end]);
    }

    /// <summary>NFC with LF line ends: the form in which text enters records and units.</summary>
    public static string Clean(string text)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        return lines.IsNormalized(NormalizationForm.FormC) ? lines : lines.Normalize(NormalizationForm.FormC);
    }
}
