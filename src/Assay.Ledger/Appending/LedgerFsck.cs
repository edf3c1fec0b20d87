using Assay.Ledger.Checkpoints;
using Assay.Ledger.Entries;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Appending;

/// <summary>
/// Checks a whole log: every entry, its leaf, every tile, the root, the signature, and that it still begins with what an
/// earlier checkpoint covered. Trusts nothing but the key. Holds one bundle in memory at a time.
/// </summary>
public sealed class LedgerFsck
{
    private readonly ILogReader _log;
    private readonly Checkpoint _checkpoint;
    private readonly Checkpoint? _seen;
    private readonly TileFrontier _frontier = new();
    private RightEdge _edge = RightEdge.Empty;
    private (TilePath Path, Tile Tile)? _parents; // the level 1 tile over the current bundles

    private LedgerFsck(ILogReader log, Checkpoint checkpoint, Checkpoint? seen)
    {
        _log = log;
        _checkpoint = checkpoint;
        _seen = seen;
    }

    /// <summary>Checks the log under the checkpoint it shows now.</summary>
    /// <param name="log">Where it lies.</param>
    /// <param name="verifier">The log's key.</param>
    /// <param name="seen">A checkpoint of this log that was verified before, if any.</param>
    /// <param name="cancel">Ends the check.</param>
    /// <exception cref="IOException">A file could not be read, or there is no checkpoint: nothing is known about the log.</exception>
    public static async Task<LedgerReport> CheckAsync(ILogReader log, NoteVerifier verifier, Checkpoint? seen, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(verifier);
        SignedNote note;
        Checkpoint checkpoint;
        try
        {
            note = SignedNote.Parse(await log.ReadAsync(LogFiles.Checkpoint, SignedNote.MaxLength, cancel)
                ?? throw new FileNotFoundException("There is no checkpoint: this is not a log, or it has published nothing yet."));
            checkpoint = Checkpoint.Parse(note.Text);
        }
        catch (LedgerFormatException e)
        {
            return new LedgerReport(null, null, 0, new LedgerProblem(null, LogFiles.Checkpoint, e.Message));
        }

        if (ProblemOf(note, checkpoint, verifier, seen) is { } problem)
        {
            return new LedgerReport(note, checkpoint, 0, new LedgerProblem(null, LogFiles.Checkpoint, problem));
        }

        var check = new LedgerFsck(log, checkpoint, seen);
        var found = await check.FindProblemAsync(cancel);
        return new LedgerReport(note, checkpoint, found?.Index ?? check._edge.Size, found);
    }

    private static string? ProblemOf(SignedNote note, Checkpoint checkpoint, NoteVerifier verifier, Checkpoint? seen) =>
        note.FindProblem(verifier) is { } problem ? problem
        : checkpoint.Origin != verifier.Name ? $"it is of the log '{checkpoint.Origin}', the key of '{verifier.Name}'"
        : seen is null ? null
        : seen.Origin != checkpoint.Origin ? $"it is of the log '{checkpoint.Origin}', the one seen before of '{seen.Origin}'"
        : seen.Size > checkpoint.Size ? $"it covers {checkpoint.Size} entries, fewer than the {seen.Size} seen before: the log was cut or rolled back"
        : null;

    private async Task<LedgerProblem?> FindProblemAsync(CancellationToken cancel)
    {
        for (long first = 0; first < _checkpoint.Size; first += TilePath.FullWidth)
        {
            if (await CheckBundleAsync(first, cancel) is { } problem)
            {
                return problem;
            }
        }

        return ProblemWithSeen() ?? (_edge.Root == _checkpoint.Root
            ? null
            : new LedgerProblem(null, LogFiles.Checkpoint, $"entries and tiles agree with each other and lead to the root {_edge.Root.ToBase64()}, but the signed root is {_checkpoint.Root.ToBase64()}: entries were changed together with their tiles"));
    }

    private async Task<LedgerProblem?> CheckBundleAsync(long first, CancellationToken cancel)
    {
        var bundlePath = TilePath.Holding(TilePath.EntriesLevel, first, _checkpoint.Size);
        var tilePath = bundlePath with { Level = 0 };
        var entries = new List<ReadOnlyMemory<byte>>(bundlePath.Width);
        var malformed = await ReadBundleAsync(bundlePath, entries, cancel);
        var (leaves, tileProblem) = await ReadTileAsync(tilePath, cancel);
        for (var i = 0; i < entries.Count; i++)
        {
            if (ProblemOf(first + i, entries[i], leaves?[i], tilePath) is { } reason)
            {
                return new LedgerProblem(first + i, bundlePath.ToString(), reason);
            }
        }

        if (malformed is not null)
        {
            // All entries read, yet bytes follow: then the last of them is where the bundle stops being what it says.
            return new LedgerProblem(first + Math.Min(entries.Count, bundlePath.Width - 1), bundlePath.ToString(), malformed);
        }

        if (tileProblem is not null)
        {
            return new LedgerProblem(first, tilePath.ToString(), tileProblem);
        }

        return await CheckParentAsync(bundlePath, leaves!, cancel) ?? Extend(entries) ?? await CheckTilesAsync(entries, cancel);
    }

    private string? ProblemOf(long index, ReadOnlyMemory<byte> entry, TreeHash? leaf, TilePath tile)
    {
        var hash = TreeHash.OfLeaf(entry.Span);
        if (leaf is { } expected && hash != expected)
        {
            return $"its leaf hash is {hash.ToBase64()}, but {tile} says {expected.ToBase64()}: the entry or the tile was changed";
        }

        try
        {
            var parsed = EntryTypes.Parse(entry.Span);
            return index != 0 ? null
                : parsed is not GenesisEntry genesis ? $"the first entry of a log is 'genesis', not '{parsed.Type}'"
                : genesis.Origin != _checkpoint.Origin ? $"it begins the log '{genesis.Origin}', but the checkpoint is of '{_checkpoint.Origin}'"
                : null;
        }
        catch (LedgerFormatException e)
        {
            return $"it is not an entry: {e.Message}";
        }
    }

    /// <summary>Compares a full bundle with the level above at once, so that a change hidden in both entry and leaf is found where it is.</summary>
    private async Task<LedgerProblem?> CheckParentAsync(TilePath bundle, Tile leaves, CancellationToken cancel)
    {
        if (bundle.Width < TilePath.FullWidth)
        {
            return null;
        }

        var first = bundle.Number * TilePath.FullWidth;
        var path = TilePath.Holding(1, bundle.Number, _checkpoint.Size);
        if (_parents?.Path != path)
        {
            var (tile, problem) = await ReadTileAsync(path, cancel);
            if (tile is null)
            {
                return new LedgerProblem(first, path.ToString(), problem!);
            }

            _parents = (path, tile);
        }

        return leaves.Node(8, 0) == _parents.Value.Tile[(int)(bundle.Number % TilePath.FullWidth)]
            ? null
            : new LedgerProblem(first, path.ToString(), $"entries {first} to {first + TilePath.FullWidth - 1} do not lead to their hash on level 1: one of them was changed together with its leaf, or the tile was");
    }

    private LedgerProblem? Extend(List<ReadOnlyMemory<byte>> entries)
    {
        TreeHash[] leaves = [.. entries.Select(entry => TreeHash.OfLeaf(entry.Span))];
        var before = _edge.Size;
        if (_seen is { } seen && seen.Size > before && seen.Size <= before + leaves.Length)
        {
            var split = (int)(seen.Size - before);
            _edge = _edge.Append(leaves.AsSpan(0, split));
            if (ProblemWithSeen() is { } problem)
            {
                return problem;
            }

            leaves = leaves[split..];
        }

        _edge = _edge.Append(leaves);
        return null;
    }

    private LedgerProblem? ProblemWithSeen() => _seen is { } seen && seen.Size == _edge.Size && seen.Root != _edge.Root
        ? new LedgerProblem(null, LogFiles.Checkpoint, $"the first {seen.Size} entries are not those seen before: history was rewritten, or this is another view of the log")
        : null;

    private async Task<LedgerProblem?> CheckTilesAsync(List<ReadOnlyMemory<byte>> entries, CancellationToken cancel)
    {
        var last = _frontier.Size + entries.Count == _checkpoint.Size;
        foreach (var (path, expected) in _frontier.Advance(entries, last).Where(file => file.Path.Level > 0))
        {
            var (tile, problem) = await ReadTileAsync(path, cancel);
            var span = 1L << (8 * path.Level);
            var first = path.Number * TilePath.FullWidth * span;
            if (tile is null)
            {
                return new LedgerProblem(first, path.ToString(), problem!);
            }

            var correct = Tile.Parse(expected, path.Width);
            var wrong = Enumerable.Range(0, path.Width).FirstOrDefault(i => tile[i] != correct[i], -1);
            if (wrong >= 0)
            {
                first += wrong * span;
                return new LedgerProblem(first, path.ToString(), $"entries {first} to {first + span - 1} do not lead to hash {wrong} of this tile");
            }
        }

        return null;
    }

    private async Task<string?> ReadBundleAsync(TilePath path, List<ReadOnlyMemory<byte>> entries, CancellationToken cancel)
    {
        try
        {
            return await _log.ReadAsync(path.ToString(), EntryBundle.MaxLength, cancel) is { } bytes
                ? EntryBundle.FindProblem(bytes, path.Width, entries)
                : "the bundle with this entry is missing";
        }
        catch (LedgerFormatException e)
        {
            return e.Message;
        }
    }

    private async Task<(Tile? Tile, string? Problem)> ReadTileAsync(TilePath path, CancellationToken cancel)
    {
        try
        {
            return await _log.ReadAsync(path.ToString(), TilePath.FullWidth * TreeHash.Length, cancel) is { } bytes
                ? (Tile.Parse(bytes, path.Width), null)
                : (null, "the tile is missing");
        }
        catch (LedgerFormatException e)
        {
            return (null, e.Message);
        }
    }
}
