using System.Runtime.CompilerServices;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Proofs;

/// <summary>Reads entries of a published log by index, from its bundles.</summary>
/// <remarks>What it returns is not verified; <see cref="Appending.LedgerFsck"/> and <see cref="Receipt"/> verify.</remarks>
public sealed class LogEntries(ILogReader log)
{
    /// <summary>The checkpoint the log shows now, and what it says.</summary>
    /// <returns>Null when the log has none yet.</returns>
    /// <exception cref="LedgerFormatException">The file is not a checkpoint.</exception>
    public async Task<(SignedNote Note, Checkpoint Checkpoint)?> CheckpointAsync(CancellationToken cancel)
    {
        if (await log.ReadAsync(LogFiles.Checkpoint, SignedNote.MaxLength, cancel) is not { } bytes)
        {
            return null;
        }

        var note = SignedNote.Parse(bytes);
        return (note, Checkpoint.Parse(note.Text));
    }

    /// <summary>One entry of a log of the given size.</summary>
    /// <exception cref="LedgerCorruptException">Its bundle is missing or not well formed.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(long index, long size, CancellationToken cancel)
    {
        var path = TilePath.Holding(TilePath.EntriesLevel, index, size);
        return (await BundleAsync(path, cancel))[(int)(index % TilePath.FullWidth)];
    }

    /// <summary>Entries <paramref name="from"/> to <paramref name="size"/> − 1 with their indices, in order.</summary>
    /// <exception cref="LedgerCorruptException">A bundle is missing or not well formed.</exception>
    public async IAsyncEnumerable<(long Index, ReadOnlyMemory<byte> Entry)> ReadFromAsync(long from, long size, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (var index = from; index < size;)
        {
            var path = TilePath.Holding(TilePath.EntriesLevel, index, size);
            var bundle = await BundleAsync(path, cancel);
            for (var position = (int)(index % TilePath.FullWidth); position < bundle.Count; position++)
            {
                yield return (index++, bundle[position]);
            }
        }
    }

    private async Task<IReadOnlyList<ReadOnlyMemory<byte>>> BundleAsync(TilePath path, CancellationToken cancel)
    {
        try
        {
            if (await log.ReadAsync(path.ToString(), EntryBundle.MaxLength, cancel) is { } exact)
            {
                return EntryBundle.Parse(exact, path.Width);
            }

            return await log.ReadAsync(path.Full.ToString(), EntryBundle.MaxLength, cancel) is { } full
                ? [.. EntryBundle.Parse(full, TilePath.FullWidth).Take(path.Width)]
                : throw new LedgerCorruptException($"{path} is missing.");
        }
        catch (LedgerFormatException e)
        {
            throw new LedgerCorruptException($"{path}: {e.Message}", e);
        }
    }
}
