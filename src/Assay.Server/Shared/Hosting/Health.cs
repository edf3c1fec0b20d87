using Assay.Server.Shared.Compute;
using Assay.Server.Transparency;

namespace Assay.Server.Shared.Hosting;

/// <summary>GET /health: 200 when migrations are done, the whole ledger is checked and requests are served; 503 before, and when the ledger is damaged.</summary>
internal static class Health
{
    public static void MapHealth(this WebApplication app) => app.MapGet("/health", (LedgerSequencer ledger, ComputeHost compute) =>
    {
        var broken = ledger.Broken;
        var state = new
        {
            Status = broken is not null ? "degraded" : ledger.Ready ? "ok" : "starting",
            Ledger = broken ?? (ledger.Ready ? "checked" : "being checked"),
            Workers = ((string[])["validate", "train", "infer"]).Where(kind => compute.ProcessId(kind) is not null),
        };
        return broken is null && ledger.Ready ? Results.Json(state) : Results.Json(state, statusCode: StatusCodes.Status503ServiceUnavailable);
    }).ExcludeFromDescription();
}
