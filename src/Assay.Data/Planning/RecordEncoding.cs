namespace Assay.Data.Planning;

/// <summary>How records become training samples.</summary>
/// <param name="CutOff">The most tokens of a sample, 1 or more; what is behind is dropped and counted.</param>
public sealed record RecordEncoding(int CutOff)
{
    /// <summary>Prompts are trained, too.</summary>
    public bool LossOnPrompts { get; init; }

    /// <summary>Every answer of a conversation is trained; off: the last one only.</summary>
    public bool LossOnEarlierTurns { get; init; } = true;

    /// <summary>Records are trained as running text, their turns below each other, without the chat template.</summary>
    public bool AsText { get; init; }
}
