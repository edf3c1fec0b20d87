using Assay.Client.Chat;
using Assay.Data.Validation.Texts;
using Assay.Server.Contributions;
using Assay.Server.Contributions.PersonalData;

namespace Assay.Server.Runs;

/// <summary>A record's text as it is shown to a model: personal data is replaced by marks such as [EMAIL]; the source stays as it is.</summary>
/// <remarks>A record is masked by the patterns that its file was judged with, not by today's: what a run was trained on must render to the same bytes again.</remarks>
internal sealed class RenderedText(PatternSets sets)
{
    /// <summary>A text of a record.</summary>
    public string Of(RecordRow record, string text) => PersonalData.Mask(text, sets.Of(record.PatternSet));

    /// <summary>The turns of a record, masked.</summary>
    public IReadOnlyList<ChatTurn> Of(RecordRow record) => [.. record.AllTurns().Select(turn => turn with { Content = Of(record, turn.Content) })];
}
