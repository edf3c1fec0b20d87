using Assay.Ledger.Entries;

namespace Assay.Ledger.Appending;

/// <summary>A view derived from the ledger: sees every entry once, in index order, and can be rebuilt from index 0.</summary>
public interface ILedgerFollower
{
    /// <summary>Under this name its position is stored; never changed.</summary>
    string Name { get; }

    /// <summary>Takes one entry into the view. Called again with the same entry after a failure, so the position is stored with the effect.</summary>
    ValueTask ApplyAsync(LedgerEntry entry, long index, CancellationToken cancel);
}
