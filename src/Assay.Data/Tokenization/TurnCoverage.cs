namespace Assay.Data.Tokenization;

/// <summary>How many of a conversation's assistant turns could be told apart from the rest of its rendering.</summary>
public enum TurnCoverage
{
    /// <summary>Every assistant turn is trained, or everything is.</summary>
    All,

    /// <summary>The template rewrites earlier turns when later ones follow (it drops old reasoning, for example), so only the last assistant turn is trained.</summary>
    LastTurnOnly,

    /// <summary>There is no assistant turn, or even the last one cannot be told apart: nothing is trained.</summary>
    None,
}
