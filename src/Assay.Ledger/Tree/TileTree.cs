using System.Numerics;

namespace Assay.Ledger.Tree;

/// <summary>The tree of one size, read from the tiles of a log that has at least that size.</summary>
/// <remarks>Keeps the tiles it read. Not thread safe; make one per question.</remarks>
public sealed class TileTree(ILogReader log, long size)
{
    private readonly Dictionary<TilePath, Tile> _tiles = [];

    /// <summary>The root over all <c>size</c> entries.</summary>
    public ValueTask<TreeHash> RootAsync(CancellationToken cancel) => RangeRootAsync(new LeafRange(0, size), cancel);

    /// <summary>The root over a range as proofs name them.</summary>
    /// <exception cref="LedgerCorruptException">A tile is missing or has the wrong length.</exception>
    /// <exception cref="IOException">A tile could not be read.</exception>
    public async ValueTask<TreeHash> RangeRootAsync(LeafRange range, CancellationToken cancel)
    {
        if (range.Count == 0)
        {
            return TreeHash.Empty;
        }

        if (BitOperations.IsPow2(range.Count) && range.Start % range.Count == 0)
        {
            return await NodeAsync(BitOperations.Log2((ulong)range.Count), range.Start / range.Count, cancel);
        }

        var (left, right) = range.Split();
        return TreeHash.OfNode(await RangeRootAsync(left, cancel), await RangeRootAsync(right, cancel));
    }

    private async ValueTask<TreeHash> NodeAsync(int height, long index, CancellationToken cancel)
    {
        var (level, inner) = Math.DivRem(height, 8);
        var first = index << inner;
        var path = TilePath.Holding(level, first + (1L << inner) - 1, size);
        if (!_tiles.TryGetValue(path, out var tile))
        {
            tile = await ReadTileAsync(path, cancel);
            _tiles.Add(path, tile);
        }

        return tile.Node(inner, (int)(first % TilePath.FullWidth) >> inner);
    }

    private async ValueTask<Tile> ReadTileAsync(TilePath path, CancellationToken cancel)
    {
        const int Limit = TilePath.FullWidth * TreeHash.Length;
        try
        {
            if (await log.ReadAsync(path.ToString(), Limit, cancel) is { } exact)
            {
                return Tile.Parse(exact, path.Width);
            }

            // A log may drop a partial tile once the full one is there; its first hashes are the same.
            return await log.ReadAsync(path.Full.ToString(), Limit, cancel) is { Length: Limit } full
                ? Tile.Parse(full.AsSpan(0, path.Width * TreeHash.Length), path.Width)
                : throw new LedgerCorruptException($"{path} is missing.");
        }
        catch (LedgerFormatException e)
        {
            throw new LedgerCorruptException($"{path}: {e.Message}", e);
        }
    }
}
