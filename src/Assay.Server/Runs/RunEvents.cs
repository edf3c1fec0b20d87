using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Assay.Client;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Live;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Runs;

/// <summary>GET /api/v1/runs/{id}/events: the curves as server-sent events; <c>Last-Event-ID</c> continues without a gap, even on another node.</summary>
internal static class RunEvents
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    public static void Map(RouteGroupBuilder group) => group.MapGet("/{id}/events", HandleAsync);

    internal static async Task<IResult> HandleAsync(string id, HttpContext http, CurrentUser user, RunViews views, IDbContextFactory<AssayDb> reader, RunFeed feed, CancellationToken cancel)
    {
        if (await views.OneAsync(id, user.Viewer, cancel) is null)
        {
            return Refusal.NotFound("run", id).ToProblem();
        }

        _ = long.TryParse(http.Request.Headers["Last-Event-ID"], out var after);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.ServerSentEvents(StreamAsync(id, after, user.Viewer, reader, feed, cancel));
    }

    private static async IAsyncEnumerable<SseItem<string>> StreamAsync(
        string id, long after, Viewer viewer, IDbContextFactory<AssayDb> reader, RunFeed feed, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            var next = feed.Next(id);
            List<RunEventRow> rows;
            RunState? state;
            await using (var db = await reader.CreateDbContextAsync(cancel))
            {
                state = await Readable.Runs(db, viewer).Where(row => row.Id == id).Select(row => (RunState?)row.State).FirstOrDefaultAsync(cancel);
                rows = await db.RunEvents.AsNoTracking().Where(row => row.RunId == id && row.Id > after).OrderBy(row => row.Id).Take(1000).ToListAsync(cancel);
            }

            if (state is null)
            {
                yield break; // what it learnt from is no longer the viewer's to read
            }

            foreach (var row in rows)
            {
                after = row.Id;
                yield return new SseItem<string>(row.Point, "point") { EventId = row.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) };
            }

            if (rows.Count == 0 && state is RunState.Succeeded or RunState.Stopped or RunState.Failed or RunState.Cancelled)
            {
                yield return new SseItem<string>(JsonSerializer.Serialize(new { State = state }, AssayJson.Options), "end");
                yield break;
            }

            if (rows.Count == 0)
            {
                await Task.WhenAny(next, Task.Delay(Look, cancel));
                cancel.ThrowIfCancellationRequested();
            }
        }
    }
}
