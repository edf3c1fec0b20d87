namespace Assay.Ledger;

/// <summary>Bytes from outside are not what they claim to be. The only exception that leaves this project's parsers for any input.</summary>
public sealed class LedgerFormatException : FormatException
{
    /// <summary>Says what is wrong, for a person.</summary>
    public LedgerFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, for a person, and what was seen first.</summary>
    public LedgerFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
