using Assay.Server.Contributions;
using Assay.Server.Runs;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Shared.Layout;

/// <summary>GET /api/v1/counters: what happened here, as numbers on the start page.</summary>
internal sealed class LiveCounters(AssayDb db, TimeProvider clock)
{
    /// <param name="AcceptedToday">Files accepted since 0:00 UTC.</param>
    /// <param name="Runs">Fine-tuning runs that succeeded.</param>
    /// <param name="Traced">Answers with at least one source.</param>
    public sealed record Answer(int AcceptedToday, int Accepted, int Runs, int Answers, int Traced);

    public async Task<Answer> ReadAsync(CancellationToken cancel)
    {
        var today = new DateTimeOffset(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var accepted = db.Contributions.Where(row => row.State == ContributionState.Accepted);
        return new Answer(
            await accepted.CountAsync(row => row.DecidedAt >= today, cancel),
            await accepted.CountAsync(cancel),
            await db.Runs.CountAsync(row => row.State == RunState.Succeeded, cancel),
            await db.Answers.CountAsync(cancel),
            await db.Spans.Select(row => row.AnswerId).Distinct().CountAsync(cancel));
    }
}
