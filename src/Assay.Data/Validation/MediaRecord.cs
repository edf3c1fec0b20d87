using Assay.Data.FileTypes;
using Assay.Data.Records;
using Assay.Data.Validation.Rules;

namespace Assay.Data.Validation;

/// <summary>The one record of a picture or clip, so that versions of a datanet count and list it: its words under the hash of its bytes, which a version's root then fixes.</summary>
internal static class MediaRecord
{
    /// <summary>The record of a file that was read; its range is the whole file.</summary>
    public static RecordReading Of(ValidationContext context, int size, string sha256)
    {
        var words = CaptionRule.WordsOf(context);
        var text = DisplayName.Line(words.Length > 0 ? words.ReplaceLineEndings(" ") : context.Content.Describe()).Trim();
        return new RecordReading(
            [new DataRecord(0, RecordForm.Media, [new RecordTurn(TurnRole.User, $"sha256:{sha256}", 0, size), new RecordTurn(TurnRole.Assistant, text, 0, size)], 0, size)], []);
    }
}
