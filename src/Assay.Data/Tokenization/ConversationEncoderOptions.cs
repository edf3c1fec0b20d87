namespace Assay.Data.Tokenization;

/// <summary>How conversations become training tokens.</summary>
/// <param name="CutOff">The most tokens of a sample; what is behind is dropped and counted.</param>
/// <param name="Train">Which tokens are learnt.</param>
public sealed record ConversationEncoderOptions(int CutOff, TrainedPart Train = TrainedPart.AssistantTurns)
{
    /// <summary>Variables of the template, such as <see cref="TokenizerConfig.SpecialTokens"/>.</summary>
    public IReadOnlyDictionary<string, string> Context { get; init; } = new Dictionary<string, string>();

    /// <summary>The time a template that shows the date gets; one value per run, so that samples can be made again.</summary>
    public DateTimeOffset? Now { get; init; }
}
