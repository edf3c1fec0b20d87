namespace Assay.Data.Records;

/// <summary>Who speaks in a turn of a record.</summary>
public enum TurnRole
{
    /// <summary>What the model is told before the conversation.</summary>
    System,

    /// <summary>The prompt: a question or a heading path.</summary>
    User,

    /// <summary>The answer or section that belongs to the prompt.</summary>
    Assistant,

    /// <summary>Text without a speaker.</summary>
    Text,
}
