using Assay.Ledger.Tree;

namespace Assay.Ledger.Appending;

/// <summary>
/// Where entries become durable and get their indices, before anything is published. Two kinds: a database and a file.
/// Pending entries are put in by the business transactions themselves, outside this interface.
/// </summary>
/// <remarks>
/// What an implementation guarantees, and one shared test class checks:
/// <list type="bullet">
/// <item>An entry that was acknowledged is sequenced exactly once, in the order of the commits.</item>
/// <item><see cref="SequenceAsync"/> is one transaction: indices, entries and new head are stored together or not at all, durably.</item>
/// <item>After an exception the outcome is open: the caller asks <see cref="ReadHeadAsync"/> again before it does anything else.</item>
/// <item>A sequenced entry never changes, and stays readable by its index for ever.</item>
/// </list>
/// One appender at a time calls <see cref="SequenceAsync"/>.
/// </remarks>
public interface ILedgerJournal
{
    /// <summary>The durable head: how many entries have an index, and the tree over them.</summary>
    /// <exception cref="LedgerCorruptException">The stored head contradicts itself.</exception>
    Task<RightEdge> ReadHeadAsync(CancellationToken cancel);

    /// <summary>
    /// Gives the next indices to at most <paramref name="limit"/> pending entries in commit order, and stores
    /// <c>head.Append(entry)</c> of each as the new head, in one transaction.
    /// </summary>
    /// <param name="limit">1 or more.</param>
    /// <param name="cancel">Before the transaction commits.</param>
    /// <returns>The head afterwards; unchanged when nothing was pending.</returns>
    Task<RightEdge> SequenceAsync(int limit, CancellationToken cancel);

    /// <summary>Sequenced entries <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> − 1, in index order, as they were hashed.</summary>
    /// <exception cref="LedgerCorruptException">One of them is missing or damaged.</exception>
    Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(long first, int count, CancellationToken cancel);
}
