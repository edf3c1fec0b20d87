namespace Assay.Ledger.Entries;

/// <summary>One event of the ledger: an immutable record with one byte form.</summary>
/// <remarks>
/// A type is never changed, only a new version added; frozen bytes in the tests guard this.
/// Entries refer to each other by ledger index and hold hashes, never content, names or addresses.
/// </remarks>
public abstract record LedgerEntry
{
    /// <summary>Value of the member <c>v</c> that this program writes.</summary>
    public const int FormatVersion = 1;

    /// <summary>Latest accepted time: the end of the year 9999.</summary>
    public const long MaxTimestamp = 253_402_300_799_999;

    /// <summary>Member <c>t</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Member <c>ts</c>: milliseconds since 1970-01-01 UTC by the server's clock, 1 or more.</summary>
    public long Timestamp { get; init; }

    /// <summary>The canonical bytes, as they are hashed and stored.</summary>
    /// <exception cref="InvalidOperationException">A member has not the form its type asks for; the message names it.</exception>
    public byte[] ToBytes()
    {
        try
        {
            var members = new CanonicalObject().Add("v", FormatVersion).Add("t", Type).Add("ts", Timestamp);
            Write(members);
            var bytes = members.ToBytes();
            // The reader holds the rules of each type. What cannot be read back must never reach the log.
            EntryTypes.Parse(bytes);
            return bytes;
        }
        catch (Exception e) when (e is LedgerFormatException or ArgumentException)
        {
            throw new InvalidOperationException($"This {Type} entry cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Adds the members besides <c>v</c>, <c>t</c> and <c>ts</c>.</summary>
    internal abstract void Write(CanonicalObject members);
}
