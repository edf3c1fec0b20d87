using Assay.Server.Shared.Quotas;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests;

/// <summary>What must hold after anything that happened to the limits.</summary>
internal static class Accounting
{
    /// <summary>Counters equal the sums of the reservations behind them, none lies over its cap, and every committed one is a contribution of its length.</summary>
    public static async Task AssertCountersAsync(this AssayServer server)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var db = server.Read();
        var reservations = await db.Reservations.AsNoTracking().Where(row => row.State != ReservationState.Cancelled).ToListAsync(cancel);
        foreach (var quota in await db.Quotas.AsNoTracking().ToListAsync(cancel))
        {
            var own = reservations.Where(row => row.Day == quota.Day && quota.Key == quota.Scope switch
            {
                QuotaRow.User => row.AccountId,
                QuotaRow.Datanet => row.DatanetId,
                _ => $"{row.AccountId}/{row.DatanetId}",
            }).ToList();
            Assert.Equal((quota.Scope, own.Sum(row => row.Bytes), (long)own.Count), (quota.Scope, quota.Bytes, quota.Files));
            Assert.True(quota.Bytes <= quota.CapBytes && quota.Files <= quota.CapFiles, $"{quota.Scope} {quota.Key} lies over its cap");
        }

        var contributions = await db.Contributions.AsNoTracking().Select(row => new { row.Id, row.Bytes }).ToListAsync(cancel);
        Assert.Equal(
            contributions.Select(row => (row.Id, row.Bytes)).Order(),
            reservations.Where(row => row.State == ReservationState.Committed).Select(row => (row.ContributionId!, row.Bytes)).Order());
    }
}
