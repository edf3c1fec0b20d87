using Assay.Client.Chat;
using Assay.Data.Validation.Texts;
using Assay.Server.Contributions;

namespace Assay.Server.Runs;

/// <summary>A record's text as it is shown to a model: personal data is replaced by marks such as [EMAIL]; the source stays as it is.</summary>
internal static class RenderedText
{
    public static string Of(string text) => PersonalData.Mask(text);

    /// <summary>The turns of a record, masked.</summary>
    public static IReadOnlyList<ChatTurn> Of(RecordRow record) => [.. record.AllTurns().Select(turn => turn with { Content = Of(turn.Content) })];
}
