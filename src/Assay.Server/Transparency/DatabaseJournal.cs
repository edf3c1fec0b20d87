using Assay.Ledger;
using Assay.Ledger.Appending;
using Assay.Ledger.Tree;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Transparency;

/// <summary>The ledger's journal in the database: entries wait in the rows that business transactions added, indices are given in row order.</summary>
internal sealed class DatabaseJournal(IDbContextFactory<AssayDb> reader, DbWriter writer) : ILedgerJournal
{
    public async Task<RightEdge> ReadHeadAsync(CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        return Parse(await db.LedgerHeads.AsNoTracking().SingleOrDefaultAsync(cancel));
    }

    public Task<RightEdge> SequenceAsync(int limit, CancellationToken cancel) => writer.WriteAsync(async (db, stop) =>
    {
        var row = await db.LedgerHeads.SingleOrDefaultAsync(stop);
        var head = Parse(row);
        var pending = await db.LedgerEntries.Where(entry => entry.Index == null).OrderBy(entry => entry.Id).Take(limit).ToListAsync(stop);
        if (pending.Count == 0)
        {
            return head;
        }

        if (row is null)
        {
            db.LedgerHeads.Add(row = new LedgerHeadRow());
        }

        foreach (var entry in pending)
        {
            entry.Index = head.Size;
            head = head.Append(entry.Bytes);
        }

        row.RightEdge = head.ToBytes();
        return head;
    }, cancel);

    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadAsync(long first, int count, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var entries = await db.LedgerEntries.AsNoTracking().Where(entry => entry.Index >= first && entry.Index < first + count)
            .OrderBy(entry => entry.Index).ToListAsync(cancel);
        return entries.Count == count
            ? entries.ConvertAll(entry => new ReadOnlyMemory<byte>(entry.Bytes))
            : throw new LedgerCorruptException($"{count - entries.Count} of the entries {first} to {first + count - 1} are missing in the database.");
    }

    private static RightEdge Parse(LedgerHeadRow? row)
    {
        try
        {
            return row is null ? RightEdge.Empty : RightEdge.Parse(row.RightEdge);
        }
        catch (LedgerFormatException damaged)
        {
            throw new LedgerCorruptException($"The ledger head in the database is damaged: {damaged.Message}", damaged);
        }
    }
}
