using Assay.Server.Shared.Database;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Shared.Quotas;

/// <summary>The daily limits, exact under any concurrency: each reservation is one transaction, capped by the database itself.</summary>
internal sealed class QuotaLedger(DbWriter writer, IDbContextFactory<AssayDb> reader, IOptions<QuotaOptions> options, UtcDay today)
{
    /// <summary>A datanet has no limit on files, and a contributor in a datanet none at all without a fair share.</summary>
    private const long NoLimit = 1L << 62;

    private const int SqliteConstraint = 19;

    /// <summary>Claims the declared bytes and one file of the day, or says which limit stands in the way.</summary>
    /// <param name="also">Adds rows to the same transaction when a new reservation is made; null: none.</param>
    /// <returns>The open reservation; the earlier one when <paramref name="op"/> was used before; or the limit that is exceeded.</returns>
    public async Task<QuotaAnswer> ReserveAsync(string accountId, string op, string datanetId, QuotaRequest request, Action<AssayDb, ReservationRow>? also, CancellationToken cancel)
    {
        var now = today.Now;
        var day = await today.CurrentAsync(cancel);
        try
        {
            return await writer.WriteAsync<QuotaAnswer>(async (db, stop) =>
            {
                var earlier = await db.Reservations.FindAsync([accountId, op], stop);
                if (earlier is not null && earlier.RequestHash != request.Hash)
                {
                    return new QuotaAnswer.OtherRequest();
                }

                if (earlier is { State: not ReservationState.Cancelled })
                {
                    return new QuotaAnswer.Reserved(earlier);
                }

                if (earlier is not null)
                {
                    // A cancelled attempt leaves the key free for a new one.
                    db.Remove(earlier);
                    await db.SaveChangesAsync(stop);
                }

                if (request.Import is null)
                {
                    var caps = await CapsAsync(db, accountId, datanetId, now, stop);
                    await AddAsync(db, QuotaRow.User, accountId, day, request.Bytes, (caps.ContributorBytes, caps.ContributorFiles), stop);
                    await AddAsync(db, QuotaRow.Datanet, datanetId, day, request.Bytes, (caps.DatanetBytes, NoLimit), stop);
                    await AddAsync(db, QuotaRow.UserDatanet, Both(accountId, datanetId), day, request.Bytes, (caps.FairShareBytes ?? NoLimit, NoLimit), stop);
                }
                else
                {
                    await AddAsync(db, QuotaRow.Import, datanetId, QuotaRow.AllDays, request.Bytes, (options.Value.ImportBytesPerDatanet, NoLimit), stop);
                }

                var reservation = new ReservationRow
                {
                    AccountId = accountId,
                    Op = op,
                    DatanetId = datanetId,
                    RequestHash = request.Hash,
                    Day = day,
                    Import = request.Import,
                    Bytes = request.Bytes,
                    CreatedAt = now,
                };
                db.Add(reservation);
                also?.Invoke(db, reservation);
                return new QuotaAnswer.Reserved(reservation);
            }, cancel);
        }
        catch (SqliteException full) when (full.SqliteErrorCode == SqliteConstraint && full.Message.Contains("quota_cap", StringComparison.Ordinal))
        {
            if (request.Import is not null)
            {
                return new QuotaAnswer.ImportFull(await ImportedAsync(datanetId, cancel));
            }

            return new QuotaAnswer.Exceeded(FirstExceeded(await UsageAsync(accountId, datanetId, cancel), request.Bytes));
        }
    }

    /// <summary>Turns a claim into what was really sent. Runs inside the transaction that stores the contribution.</summary>
    /// <returns>False: the reservation is no longer open; it expired and its bytes were given back. Nothing was changed.</returns>
    public static async Task<bool> CommitAsync(AssayDb db, ReservationRow claim, long actual, string contributionId, CancellationToken stop)
    {
        var row = await db.Reservations.FindAsync([claim.AccountId, claim.Op], stop);
        if (row is not { State: ReservationState.Open })
        {
            return false;
        }

        await GiveBackAsync(db, row, row.Bytes - actual, files: 0, stop);
        row.State = ReservationState.Committed;
        row.Bytes = actual;
        row.ContributionId = contributionId;
        return true;
    }

    /// <summary>Gives an unused claim back at once.</summary>
    public Task CancelAsync(string accountId, string op, CancellationToken cancel) => writer.WriteAsync(async (db, stop) =>
    {
        var row = await db.Reservations.FindAsync([accountId, op], stop);
        if (row is { State: ReservationState.Open })
        {
            await GiveBackAsync(db, row, row.Bytes, files: 1, stop);
            row.State = ReservationState.Cancelled;
        }
    }, cancel);

    /// <summary>When a claim that was not committed is given back.</summary>
    public DateTimeOffset ExpiryOf(ReservationRow claim) => claim.CreatedAt.AddMinutes(options.Value.ReservationMinutes);

    /// <summary>Gives back every claim that was not committed within the option's minutes.</summary>
    public Task<int> ExpireAsync(CancellationToken cancel)
    {
        var before = today.Now.AddMinutes(-options.Value.ReservationMinutes);
        return writer.WriteAsync(async (db, stop) =>
        {
            var stale = await db.Reservations.Where(row => row.State == ReservationState.Open && row.CreatedAt < before).Take(256).ToListAsync(stop);
            foreach (var row in stale)
            {
                await GiveBackAsync(db, row, row.Bytes, files: 1, stop);
                row.State = ReservationState.Cancelled;
            }

            return stale.Count;
        }, cancel);
    }

    /// <summary>What is used of today's limits: the contributor's bytes and files, the datanet's bytes, the contributor's share of them.</summary>
    public async Task<QuotaUsage> UsageAsync(string accountId, string? datanetId, CancellationToken cancel)
    {
        var day = await today.CurrentAsync(cancel);
        await using var db = await reader.CreateDbContextAsync(cancel);
        var both = Both(accountId, datanetId ?? "");
        var rows = await db.Quotas.AsNoTracking().Where(row => row.Day == day && ((row.Scope == QuotaRow.User && row.Key == accountId)
            || (row.Scope == QuotaRow.Datanet && row.Key == datanetId) || (row.Scope == QuotaRow.UserDatanet && row.Key == both))).ToListAsync(cancel);
        var caps = await CapsAsync(db, accountId, datanetId, today.Now, cancel);
        return new QuotaUsage(
            Meter("contributor_bytes", Of(QuotaRow.User)?.Bytes ?? 0, caps.ContributorBytes),
            Meter("contributor_files", Of(QuotaRow.User)?.Files ?? 0, caps.ContributorFiles),
            Meter("datanet_bytes", Of(QuotaRow.Datanet)?.Bytes ?? 0, caps.DatanetBytes),
            caps.FairShareBytes is { } share ? Meter("fair_share_bytes", Of(QuotaRow.UserDatanet)?.Bytes ?? 0, share) : null,
            UtcDay.EndOf(day));

        QuotaRow? Of(string scope) => rows.Find(row => row.Scope == scope);

        // A limit that was lowered below what is used already takes nothing away.
        static QuotaMeter Meter(string limit, long used, long cap) => new(limit, used, Math.Max(used, cap));
    }

    /// <summary>What imports have used of a datanet's lane.</summary>
    public async Task<QuotaMeter> ImportedAsync(string datanetId, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var used = await db.Quotas.Where(row => row.Scope == QuotaRow.Import && row.Key == datanetId && row.Day == QuotaRow.AllDays).SumAsync(row => row.Bytes, cancel);
        return new QuotaMeter("import_bytes", used, options.Value.ImportBytesPerDatanet);
    }

    private async Task<DailyCaps> CapsAsync(AssayDb db, string accountId, string? datanetId, DateTimeOffset now, CancellationToken stop)
    {
        var account = await db.Accounts.Where(row => row.Id == accountId).Select(row => new AccountLimits(row.BytesPerDay, row.FilesPerDay, row.CreatedAt)).FirstOrDefaultAsync(stop);
        var datanet = await db.Datanets.Where(row => row.Id == datanetId)
            .Select(row => new DatanetLimits(row.BytesPerDay, row.FairSharePercent, row.MaximumBytesPerDay)).FirstOrDefaultAsync(stop);
        return DailyCaps.For(options.Value, account, datanet, now);
    }

    private static ExceededQuota FirstExceeded(QuotaUsage usage, long bytes)
    {
        var asked = new (QuotaMeter? Meter, long Asked)[] { (usage.ContributorFiles, 1), (usage.ContributorBytes, bytes), (usage.FairShareBytes, bytes), (usage.DatanetBytes, bytes) };
        var (meter, amount) = Array.Find(asked, limit => limit.Meter is { } full && full.Used + limit.Asked > full.Cap);

        // Another upload may have given its claim back in between; the answer then names the contributor's bytes.
        return meter is null
            ? new ExceededQuota(usage.ContributorBytes, bytes, usage.ResetsAt)
            : new ExceededQuota(meter, amount, usage.ResetsAt);
    }

    private static string Both(string accountId, string datanetId) => accountId + "/" + datanetId;

    /// <summary>The row takes on the cap in force: a limit changed during the day counts from the next reservation on, and takes back nothing that is used.</summary>
    private static Task<int> AddAsync(AssayDb db, string scope, string key, string day, long bytes, (long Bytes, long Files) cap, CancellationToken stop) =>
        db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO quota("Scope", "Key", "Day", "Bytes", "Files", "CapBytes", "CapFiles")
             VALUES ({scope}, {key}, {day}, {bytes}, 1, {cap.Bytes}, {cap.Files})
             ON CONFLICT("Scope", "Key", "Day") DO UPDATE SET "Bytes" = quota."Bytes" + excluded."Bytes", "Files" = quota."Files" + excluded."Files",
                 "CapBytes" = MAX(quota."Bytes", excluded."CapBytes"), "CapFiles" = MAX(quota."Files", excluded."CapFiles")
             """, stop);

    private static async Task GiveBackAsync(AssayDb db, ReservationRow row, long bytes, int files, CancellationToken stop)
    {
        (string Scope, string Key, string Day)[] used = row.Import is null
            ? [(QuotaRow.User, row.AccountId, row.Day), (QuotaRow.Datanet, row.DatanetId, row.Day), (QuotaRow.UserDatanet, Both(row.AccountId, row.DatanetId), row.Day)]
            : [(QuotaRow.Import, row.DatanetId, QuotaRow.AllDays)];
        foreach (var (scope, key, day) in used)
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                 UPDATE quota SET "Bytes" = "Bytes" - {bytes}, "Files" = "Files" - {files}
                 WHERE "Scope" = {scope} AND "Key" = {key} AND "Day" = {day}
                 """, stop);
        }
    }
}
