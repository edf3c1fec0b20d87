using Assay.Data.FileTypes;
using Assay.Data.Records;

namespace Assay.Data.Validation;

/// <summary>What the rules see of a file that could be read.</summary>
/// <param name="Request">The datanet's and the contributor's side.</param>
/// <param name="Type">The file's type.</param>
/// <param name="Text">The text taken out.</param>
/// <param name="Reading">The records found in it.</param>
public sealed record ValidationContext(InspectionRequest Request, IFileType Type, ExtractedText Text, RecordReading Reading)
{
    private readonly Lazy<SourceText> _source = new(() => new SourceText(Text));

    /// <summary>Evidence for [start, end) of the text, with byte offsets and page.</summary>
    internal Evidence At(string words, int start, int end)
    {
        var page = Text.PageStarts.Count == 0 ? (int?)null : Text.PageStarts.Count(first => first <= start);
        var offsets = _source.Value.Bytes(start, end);
        return new Evidence(words, offsets.Start, offsets.End, Page: page);
    }
}
