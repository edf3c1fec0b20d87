namespace Assay.Models.Generation;

/// <summary>Why a reply ended.</summary>
public enum StopReason
{
    /// <summary>The model ended it.</summary>
    EndToken,

    /// <summary>A stop text appeared.</summary>
    StopText,

    /// <summary>The token limit was reached.</summary>
    MaxTokens,

    /// <summary>The model's context is full.</summary>
    ContextFull,

    /// <summary>The caller cancelled.</summary>
    Cancelled,

    /// <summary>The time limit was reached.</summary>
    TimeLimit,
}
