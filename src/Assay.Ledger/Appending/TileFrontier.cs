using Assay.Ledger.Tree;

namespace Assay.Ledger.Appending;

/// <summary>The unfinished right-hand tile of every level: all that must be known to write the tiles of the next entries.</summary>
/// <remarks>Not thread safe; the appender owns it.</remarks>
internal sealed class TileFrontier
{
    private readonly List<TreeHash>[] _levels = [.. Enumerable.Range(0, TilePath.MaxLevel + 1).Select(_ => new List<TreeHash>())];

    private long _writtenSize; // size at which the unfinished tiles were last written

    public long Size { get; private set; }

    /// <summary>The root over all entries so far, recomputed from the unfinished tiles.</summary>
    public TreeHash Root
    {
        get
        {
            // What lies to the right of a level's complete hashes is one smaller subtree: the last leaf of that level, as it were.
            TreeHash? below = null;
            foreach (var level in _levels.Where(level => level.Count > 0))
            {
                below = TreeHash.OfLeaves(below is { } tail ? [.. level, tail] : [.. level]);
            }

            return below ?? TreeHash.Empty;
        }
    }

    /// <summary>Reads the unfinished tiles of a log of this size.</summary>
    /// <exception cref="LedgerCorruptException">One is missing or has the wrong length.</exception>
    public static async Task<TileFrontier> ReadAsync(ILogReader log, long size, CancellationToken cancel)
    {
        var frontier = new TileFrontier { Size = size, _writtenSize = size };
        for (var level = 0; level <= TilePath.MaxLevel; level++)
        {
            var hashes = TilePath.HashesAt(level, size);
            var width = (int)(hashes % TilePath.FullWidth);
            if (width == 0)
            {
                continue;
            }

            var path = TilePath.Holding(level, hashes - 1, size);
            var bytes = await log.ReadAsync(path.ToString(), int.MaxValue, cancel);
            if (bytes is null || bytes.Length != width * TreeHash.Length)
            {
                throw new LedgerCorruptException($"{path}, which the published checkpoint of size {size} needs, is missing or has the wrong length.");
            }

            var tile = Tile.Parse(bytes, width);
            frontier._levels[level].AddRange(Enumerable.Range(0, width).Select(i => tile[i]));
        }

        return frontier;
    }

    /// <summary>Takes in entries, and gives the files to write, lower levels first.</summary>
    /// <param name="entries">From the first entry of the unfinished bundle on, so that the bundle can be written in full.</param>
    /// <param name="last">Whether a checkpoint follows: only then are unfinished tiles written.</param>
    public List<(TilePath Path, byte[] Bytes)> Advance(IReadOnlyList<ReadOnlyMemory<byte>> entries, bool last)
    {
        var files = new List<(TilePath, byte[])>();
        var number = Size / TilePath.FullWidth;
        Size = (number * TilePath.FullWidth) + entries.Count;
        foreach (var bundle in entries.Chunk(TilePath.FullWidth))
        {
            _levels[0].Clear();
            _levels[0].AddRange(bundle.Select(entry => TreeHash.OfLeaf(entry.Span)));
            if (bundle.Length == TilePath.FullWidth || last)
            {
                files.Add((TilePath.Entries(number, bundle.Length), EntryBundle.ToBytes(bundle)));
            }

            number++;
            Finish(0, files);
        }

        if (last)
        {
            // A level that gained no hash keeps the unfinished tile an earlier checkpoint needed.
            files.AddRange(_levels.Index()
                .Where(level => level.Item.Count > 0 && TilePath.HashesAt(level.Index, Size) != TilePath.HashesAt(level.Index, _writtenSize))
                .Select(level => (TilePath.Holding(level.Index, TilePath.HashesAt(level.Index, Size) - 1, Size), Tile.ToBytes(level.Item))));
            _writtenSize = Size;
        }

        return files;
    }

    private void Finish(int level, List<(TilePath, byte[])> files)
    {
        var hashes = _levels[level];
        if (hashes.Count < TilePath.FullWidth)
        {
            return;
        }

        var above = _levels[level + 1];
        var number = FinishedTiles(level);
        files.Add((new TilePath(level, number, TilePath.FullWidth), Tile.ToBytes(hashes)));
        above.Add(TreeHash.OfLeaves([.. hashes]));
        hashes.Clear();
        Finish(level + 1, files);
    }

    private long FinishedTiles(int level)
    {
        long tiles = 0;
        for (var above = TilePath.MaxLevel; above > level; above--)
        {
            tiles = (tiles * TilePath.FullWidth) + _levels[above].Count;
        }

        return tiles;
    }
}
