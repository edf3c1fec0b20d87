using System.Text;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Appending;

/// <summary>
/// Turns pending entries into a published log: index and head in one journal transaction, then tiles, then the checkpoint.
/// One per log. What a crash leaves at any step is finished by the next call, byte for byte, by the same code.
/// </summary>
/// <remarks>
/// A checkpoint is never signed before the head it states is durable in the journal: two roots of one size would be fatal.
/// After any exception the next call reads everything again from disk. An <see cref="IOException"/> says "this call failed, call
/// again"; a <see cref="LedgerCorruptException"/> says that a person must look, and comes back until the cause is gone.
/// Calls are serialised.
/// </remarks>
public sealed class LedgerAppender(ILedgerJournal journal, ITileStore store, NoteSigner signer) : IDisposable
{
    /// <summary>Most entries that get their index in one transaction.</summary>
    public const int BatchLimit = 256;

    /// <summary>Entries read at a time when tiles are written from the journal.</summary>
    private const int RedoSlice = 16 * TilePath.FullWidth;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private TileFrontier? _frontier; // null: unknown, read from disk first

    /// <summary>The newest published checkpoint; null before the first call.</summary>
    public Checkpoint? Published { get; private set; }

    /// <summary>Publishes what earlier calls left unpublished, then gives at most <see cref="BatchLimit"/> pending entries their index and publishes them.</summary>
    /// <returns>How many entries this call published. Fewer than <see cref="BatchLimit"/>: nothing more is pending now.</returns>
    /// <exception cref="LedgerCorruptException">Journal, tiles, key and checkpoint contradict each other. Nothing was signed.</exception>
    /// <exception cref="IOException">A write or a read failed.</exception>
    public async Task<int> AppendAsync(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        var completed = false;
        try
        {
            var before = (_frontier ??= await LoadAsync(cancel)).Size;
            await PublishAsync(_frontier, await journal.ReadHeadAsync(cancel), cancel);
            await PublishAsync(_frontier, await journal.SequenceAsync(BatchLimit, cancel), cancel);
            completed = true;
            return (int)Math.Min(int.MaxValue, _frontier.Size - before);
        }
        finally
        {
            if (!completed)
            {
                _frontier = null;
            }

            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<TileFrontier> LoadAsync(CancellationToken cancel)
    {
        await store.CreateAsync(LogFiles.Vkey, Encoding.UTF8.GetBytes(signer.Verifier.Vkey + "\n"), cancel);
        Published = await ReadPublishedAsync(cancel);
        var frontier = await TileFrontier.ReadAsync(store, Published?.Size ?? 0, cancel);
        return Published is null || frontier.Root == Published.Root
            ? frontier
            : throw new LedgerCorruptException($"The tiles on disk do not lead to the root of the published checkpoint of size {Published.Size}.");
    }

    private async Task<Checkpoint?> ReadPublishedAsync(CancellationToken cancel)
    {
        try
        {
            if (await store.ReadAsync(LogFiles.Checkpoint, SignedNote.MaxLength, cancel) is not { } bytes)
            {
                return null;
            }

            var note = SignedNote.Parse(bytes);
            return note.FindProblem(signer.Verifier) is { } problem
                ? throw new LedgerCorruptException($"The checkpoint on disk is not this log's: {problem}.")
                : Checkpoint.Parse(note.Text);
        }
        catch (LedgerFormatException e)
        {
            throw new LedgerCorruptException($"The checkpoint on disk is damaged: {e.Message}.", e);
        }
    }

    private async Task PublishAsync(TileFrontier frontier, RightEdge head, CancellationToken cancel)
    {
        if (head.Size < frontier.Size)
        {
            throw new LedgerCorruptException($"The journal has {head.Size} entries, but {frontier.Size} are published: it was rolled back or replaced.");
        }

        if (Published is not null && head.Size == frontier.Size)
        {
            if (head.Root != Published.Root)
            {
                throw new LedgerCorruptException($"The journal's root over {head.Size} entries is not the published one: it was replaced.");
            }

            return;
        }

        while (frontier.Size < head.Size)
        {
            var first = frontier.Size - (frontier.Size % TilePath.FullWidth);
            var count = (int)Math.Min(RedoSlice, head.Size - first);
            var entries = await journal.ReadAsync(first, count, cancel);
            // A crash among these files leaves tiles that no checkpoint names; the next call writes the same bytes again.
            foreach (var (path, bytes) in frontier.Advance(entries, last: first + count == head.Size))
            {
                await store.CreateAsync(path.ToString(), bytes, cancel);
            }
        }

        if (frontier.Root != head.Root)
        {
            throw new LedgerCorruptException($"The {head.Size} entries of the journal do not lead to the root that was stored with them.");
        }

        var checkpoint = new Checkpoint(signer.Verifier.Name, head.Size, head.Root);
        // A crash right here leaves tiles without a checkpoint; a failure after the write leaves it published. Both are read again.
        await store.ReplaceAsync(LogFiles.Checkpoint, signer.Sign(checkpoint).ToBytes(), cancel);
        Published = checkpoint;
    }
}
