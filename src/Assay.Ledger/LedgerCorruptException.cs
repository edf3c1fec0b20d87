namespace Assay.Ledger;

/// <summary>
/// The log's own files or rows contradict each other: a hash, size or key is not the one that was stored.
/// Appending stops; nothing is repaired silently; whoever goes on reloads from disk first.
/// </summary>
public sealed class LedgerCorruptException : Exception
{
    /// <summary>Says which two things contradict each other.</summary>
    public LedgerCorruptException(string message)
        : base(message)
    {
    }

    /// <summary>Says which two things contradict each other, and what was seen first.</summary>
    public LedgerCorruptException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
