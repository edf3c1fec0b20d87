namespace Assay.Data.Tokenization;

/// <summary>Which tokens of a conversation a run learns from.</summary>
public enum TrainedPart
{
    /// <summary>What the assistant says, each turn with its end token.</summary>
    AssistantTurns,

    /// <summary>Every token.</summary>
    Everything,
}
