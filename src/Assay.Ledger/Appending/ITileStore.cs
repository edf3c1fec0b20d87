using Assay.Ledger.Tree;

namespace Assay.Ledger.Appending;

/// <summary>Keeps the published files of a log. Two kinds: files on disk and, later, an object store.</summary>
public interface ITileStore : ILogReader
{
    /// <summary>Writes a file that never changes. Durable on return. Writing the same bytes again is allowed and has no effect.</summary>
    /// <exception cref="LedgerCorruptException">The file is there with other bytes.</exception>
    /// <exception cref="IOException">It may or may not have been written; the caller repeats.</exception>
    ValueTask CreateAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancel);

    /// <summary>Replaces a file in one step: a reader sees the old or the new bytes, never a mixture. Durable on return.</summary>
    /// <exception cref="IOException">It may or may not have been replaced; the caller reads before it decides.</exception>
    ValueTask ReplaceAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancel);
}
