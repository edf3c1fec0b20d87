using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions.Passages;

/// <summary>
/// Keeps the passages of each private datanet to themselves: their hashes are combined by exclusive or with a number of the datanet, so that neither a
/// shared run of words nor how often one occurs can be told across its border. Datanets that everybody reads share the mask 0.
/// </summary>
internal static class PassageMask
{
    public static async Task<ulong> OfAsync(AssayDb db, string datanetId, CancellationToken cancel) =>
        await db.Datanets.AnyAsync(row => row.Id == datanetId && row.Visibility == Visibility.Private, cancel) ? Of(datanetId) : 0;

    /// <summary>Takes the mask off a datanet that is being published, in the transaction that publishes it.</summary>
    /// <remarks>SQLite has no exclusive or; a ^ b = (a | b) - (a &amp; b).</remarks>
    public static Task<int> RemoveAsync(AssayDb rows, string datanetId, CancellationToken stop)
    {
        var mask = unchecked((long)Of(datanetId));
        return rows.Database.ExecuteSqlAsync(
            $"""
             UPDATE passage SET "Hash" = ("Hash" | {mask}) - ("Hash" & {mask})
             WHERE "RecordId" IN (SELECT "Id" FROM record WHERE "DatanetId" = {datanetId})
             """, stop);
    }

    private static ulong Of(string datanetId) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes("assay/passages/v1\0" + datanetId)));
}
