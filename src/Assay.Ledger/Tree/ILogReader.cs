namespace Assay.Ledger.Tree;

/// <summary>Reads the files of a log wherever they lie: in a folder, behind HTTP, in an object store.</summary>
/// <remarks>What it returns is not trusted; whoever asks checks hashes and signatures.</remarks>
public interface ILogReader
{
    /// <summary>The bytes of one file.</summary>
    /// <param name="path">Path below the log's root with <c>/</c>: <c>checkpoint</c>, <c>vkey</c>, or a <see cref="TilePath"/>.</param>
    /// <param name="limit">Most bytes the caller can use; nothing much longer is ever held in memory.</param>
    /// <returns>Null when there is no such file.</returns>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="LedgerFormatException">It is longer than <paramref name="limit"/>.</exception>
    /// <exception cref="IOException">It could not be read.</exception>
    ValueTask<byte[]?> ReadAsync(string path, int limit, CancellationToken cancel);
}
