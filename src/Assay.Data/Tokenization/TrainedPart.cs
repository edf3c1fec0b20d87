namespace Assay.Data.Tokenization;

/// <summary>Which tokens of a conversation a run learns from.</summary>
public enum TrainedPart
{
    /// <summary>What the assistant says, each turn with its end token.</summary>
    AssistantTurns,

    /// <summary>What the assistant says last.</summary>
    LastTurn,

    /// <summary>Every token.</summary>
    Everything,
}
