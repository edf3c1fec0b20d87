using System.Globalization;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Shared.Quotas;

/// <summary>The day that limits count against: the UTC calendar day, never earlier than a day that was already used.</summary>
/// <remarks>A clock set back cannot reopen a day, because the last day seen is read from the rows at start.</remarks>
internal sealed class UtcDay(TimeProvider clock, IDbContextFactory<AssayDb> reader)
{
    private string? _latest;

    public DateTimeOffset Now => clock.GetUtcNow();

    public async ValueTask<string> CurrentAsync(CancellationToken cancel)
    {
        var seen = _latest;
        if (seen is null)
        {
            await using var db = await reader.CreateDbContextAsync(cancel);
            seen = await db.Quotas.Where(row => row.Day != QuotaRow.AllDays).MaxAsync(row => (string?)row.Day, cancel) ?? "";
        }

        var now = clock.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var day = string.CompareOrdinal(now, seen) > 0 ? now : seen;
        _latest = day; // racing writers store the same or a later day; the next call takes the maximum again
        return day;
    }

    /// <summary>The instant at which the limits of <paramref name="day"/> are free again.</summary>
    public static DateTimeOffset EndOf(string day) =>
        new(DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture).AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);
}
