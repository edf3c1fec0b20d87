using Assay.Client.Datanets;
using Assay.Server.Contributions;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Datanets;

/// <summary>Datanets with their counters, for the API and the pages.</summary>
internal sealed class DatanetViews(IDbContextFactory<AssayDb> reader, UtcDay today, IOptions<QuotaOptions> quotas)
{
    public async Task<DatanetView?> OneAsync(string id, Viewer viewer, CancellationToken cancel) =>
        (await ReadAsync(viewer, rows => rows.Where(row => row.Id == id), cancel)).FirstOrDefault();

    /// <summary>The newest datanets; <paramref name="search"/> narrows by name and summary.</summary>
    public Task<List<DatanetView>> NewestAsync(string? search, int count, Viewer viewer, CancellationToken cancel) => ReadAsync(viewer, rows =>
    {
        var pattern = "%" + search?.Trim().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal) + "%";
        var found = string.IsNullOrWhiteSpace(search)
            ? rows
            : rows.Where(row => EF.Functions.Like(row.Name, pattern, "\\") || EF.Functions.Like(row.Summary, pattern, "\\"));
        return found.OrderByDescending(row => row.OpenedAt).Take(count);
    }, cancel);

    /// <summary>The datanets of which one contributor has used all that was received today.</summary>
    private static async Task<Dictionary<string, bool>> FilledByOneAsync(AssayDb db, string day, IEnumerable<QuotaRow> full, CancellationToken cancel)
    {
        var filled = new Dictionary<string, bool>();
        foreach (var row in full)
        {
            filled[row.Key] = await db.Quotas.AnyAsync(share => share.Scope == QuotaRow.UserDatanet && share.Day == day
                && share.Key.EndsWith("/" + row.Key) && share.Bytes == row.Bytes, cancel);
        }

        return filled;
    }

    private async Task<List<DatanetView>> ReadAsync(Viewer viewer, Func<IQueryable<DatanetRow>, IQueryable<DatanetRow>> pick, CancellationToken cancel)
    {
        var day = await today.CurrentAsync(cancel);
        await using var db = await reader.CreateDbContextAsync(cancel);

        // Without the exemplars: they may be megabytes, and no view shows them.
        var rows = await pick(Readable.Datanets(db, viewer).AsNoTracking()).Select(row => new DatanetRow
        {
            Id = row.Id,
            Name = row.Name,
            Kind = row.Kind,
            Summary = row.Summary,
            Description = row.Description,
            Purpose = row.Purpose,
            Tags = row.Tags,
            Licences = row.Licences,
            Languages = row.Languages,
            Accept = row.Accept,
            Approval = row.Approval,
            Visibility = row.Visibility,
            PublishedAt = row.PublishedAt,
            RefusesPersonalData = row.RefusesPersonalData,
            Quiz = row.Quiz,
            Terms = row.Terms,
            GrantDays = row.GrantDays,
            State = row.State,
            OwnerId = row.OwnerId,
            OpenedAt = row.OpenedAt,
            IgnoresPdfImages = row.IgnoresPdfImages,
            BytesPerDay = row.BytesPerDay,
            FairSharePercent = row.FairSharePercent,
            MaximumBytesPerDay = row.MaximumBytesPerDay,
        }).ToListAsync(cancel);
        var ids = rows.ConvertAll(row => row.Id);
        var counts = await db.Contributions.Where(row => ids.Contains(row.DatanetId) && row.Removal == null)
            .GroupBy(row => new { row.DatanetId, row.State })
            .Select(group => new { group.Key.DatanetId, group.Key.State, Count = group.Count() }).ToListAsync(cancel);
        var people = await db.Contributions.Where(row => ids.Contains(row.DatanetId)).GroupBy(row => row.DatanetId)
            .Select(group => new { group.Key, Count = group.Select(row => row.AccountId).Distinct().Count() }).ToDictionaryAsync(group => group.Key, group => group.Count, cancel);
        var used = await db.Quotas.Where(row => row.Scope == QuotaRow.Datanet && row.Day == day && ids.Contains(row.Key)).ToDictionaryAsync(row => row.Key, cancel);
        var caps = rows.ToDictionary(row => row.Id, row => DailyCaps.OfDatanet(quotas.Value, new DatanetLimits(row.BytesPerDay, row.FairSharePercent, row.MaximumBytesPerDay)));
        var filled = await FilledByOneAsync(db, day, used.Values.Where(row => row.Bytes >= caps[row.Key]), cancel);
        var owners = rows.ConvertAll(row => row.OwnerId);
        var names = await db.Accounts.Where(row => owners.Contains(row.Id)).ToDictionaryAsync(row => row.Id, row => row.Name, cancel);

        int Count(string id, ContributionState state) => counts.Find(count => count.DatanetId == id && count.State == state)?.Count ?? 0;
        return rows.ConvertAll(row => new DatanetView(row.Id, row.Name, row.Kind, row.State, row.Summary, row.Description, row.Purpose, row.TagList,
            row.LicenceList, row.LanguageList, row.Accept, row.OwnerId, names[row.OwnerId], row.OpenedAt,
            Count(row.Id, ContributionState.Accepted), Count(row.Id, ContributionState.Rejected), Count(row.Id, ContributionState.Review),
            people.GetValueOrDefault(row.Id), used.GetValueOrDefault(row.Id)?.Bytes ?? 0,
            Math.Max(used.GetValueOrDefault(row.Id)?.Bytes ?? 0, caps[row.Id]), UtcDay.EndOf(day),
            row.FairSharePercent, row.MaximumBytesPerDay ?? quotas.Value.BytesPerDatanet, filled.GetValueOrDefault(row.Id), row.Approval,
            VisibilityRules.Word(row.Visibility), row.Quiz is not null, row.RefusesPersonalData ? "refuse" : "mask", row.IgnoresPdfImages ? "ignore" : "refuse", row.Terms, row.GrantDays, row.PublishedAt));
    }
}
