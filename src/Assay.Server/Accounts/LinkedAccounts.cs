using System.Net;
using System.Security.Cryptography;
using System.Text;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Accounts;

/// <summary>Which accounts may be the same person: they signed up or in from one network within 30 days, or it was stated. They do not review each other's files.</summary>
internal sealed class LinkedAccounts(DataFolder folder, DbWriter writer, TimeProvider clock)
{
    private const int KeyLength = 32;

    private static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    private readonly Lazy<byte[]> _key = new(() => ReadKey(Path.Combine(folder.Keys, "places")));

    /// <summary>Remembers where an account signed up or in. This machine's own address says nothing of a person and is not remembered.</summary>
    public async Task SeenAsync(string accountId, IPAddress? address, CancellationToken cancel)
    {
        var plain = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        if (plain is null || plain.Equals(IPAddress.Loopback) || plain.Equals(IPAddress.IPv6Loopback))
        {
            return;
        }

        var place = Convert.ToHexStringLower(HMACSHA256.HashData(_key.Value, Encoding.ASCII.GetBytes(AddressPrefix.Of(plain))));
        var now = clock.GetUtcNow();
        await writer.WriteAsync(async (db, stop) =>
        {
            await db.AccountPlaces.Where(row => row.SeenAt < now - Memory).ExecuteDeleteAsync(stop);
            var row = await db.AccountPlaces.FindAsync([accountId, place], stop);
            if (row is null)
            {
                db.AccountPlaces.Add(new AccountPlaceRow { AccountId = accountId, Place = place, SeenAt = now });
            }
            else
            {
                row.SeenAt = now;
            }
        }, cancel);
    }

    /// <summary>The accounts linked with one, without itself.</summary>
    public async Task<HashSet<string>> OfAsync(AssayDb db, string accountId, CancellationToken cancel)
    {
        var since = clock.GetUtcNow() - Memory;
        return
        [
            .. await db.AccountLinks.Where(row => row.AccountId == accountId).Select(row => row.OtherId).ToListAsync(cancel),
            .. await db.AccountLinks.Where(row => row.OtherId == accountId).Select(row => row.AccountId).ToListAsync(cancel),
            .. await db.AccountPlaces.Where(row => row.AccountId == accountId && row.SeenAt >= since)
                .Join(db.AccountPlaces.Where(row => row.AccountId != accountId && row.SeenAt >= since), own => own.Place, other => other.Place, (_, other) => other.AccountId)
                .Distinct().ToListAsync(cancel),
        ];
    }

    private static byte[] ReadKey(string path)
    {
        if (!File.Exists(path))
        {
            // Aside first: a crash in between must not leave half a key.
            File.WriteAllBytes(path + ".partial", RandomNumberGenerator.GetBytes(KeyLength));
            File.Move(path + ".partial", path);
        }

        return File.ReadAllBytes(path);
    }
}
