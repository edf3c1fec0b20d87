namespace Assay.Data.Tokenization.Files;

/// <summary>An entry of a SentencePiece model; its id is its place.</summary>
/// <param name="Text">Spelling.</param>
/// <param name="Score">Log likelihood, or minus the merge's rank.</param>
/// <param name="Type">What it is.</param>
internal readonly record struct SentencePieceEntry(string Text, float Score, SentencePieceType Type);

/// <summary>Kinds of entries, numbered as in the file.</summary>
internal enum SentencePieceType
{
    /// <summary>Found by the algorithm.</summary>
    Normal = 1,

    /// <summary>Stands for characters without an entry.</summary>
    Unknown = 2,

    /// <summary>Never found in text.</summary>
    Control = 3,

    /// <summary>Always found in text.</summary>
    UserDefined = 4,

    /// <summary>Switched off.</summary>
    Unused = 5,

    /// <summary>One byte.</summary>
    Byte = 6,
}
