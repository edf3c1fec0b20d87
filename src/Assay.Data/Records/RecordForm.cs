namespace Assay.Data.Records;

/// <summary>How a record was recognised in its source.</summary>
public enum RecordForm
{
    /// <summary>A question and its answer, marked <c>Q:</c> and <c>A:</c>.</summary>
    QuestionAnswer,

    /// <summary>A section under a heading; the heading path is the prompt.</summary>
    Section,

    /// <summary>A prompt and its answer, from a row.</summary>
    Instruction,

    /// <summary>A conversation of several turns, from a row.</summary>
    Conversation,

    /// <summary>A run of paragraphs without a prompt.</summary>
    Chunk,

    /// <summary>A whole picture or clip: the hash of its bytes, and its words.</summary>
    Media,
}
