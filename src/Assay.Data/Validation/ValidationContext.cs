using Assay.Data.FileTypes;
using Assay.Data.Records;

namespace Assay.Data.Validation;

/// <summary>What the rules see of a file that could be read.</summary>
/// <param name="Request">The datanet's and the contributor's side.</param>
/// <param name="Type">The file's type.</param>
/// <param name="Content">What was read out of it.</param>
/// <param name="Reading">The records found in it; none for pictures and sound.</param>
public sealed record ValidationContext(InspectionRequest Request, IFileType Type, FileContent Content, RecordReading Reading)
{
    private readonly Lazy<SourceText> _source = new(() => new SourceText((ExtractedText)Content));

    /// <summary>The text of a file of a text datanet.</summary>
    /// <exception cref="InvalidCastException">The file is a picture or a sound clip: a rule for texts was asked about it.</exception>
    public ExtractedText Text => (ExtractedText)Content;

    /// <summary>Evidence for [start, end) of the text, with byte offsets and page.</summary>
    internal Evidence At(string words, int start, int end)
    {
        var page = Text.PageStarts.Count == 0 ? (int?)null : Text.PageStarts.Count(first => first <= start);
        var offsets = _source.Value.Bytes(start, end);
        return new Evidence(words, offsets.Start, offsets.End, Page: page);
    }
}
