using Assay.Server.Shared.Compute;
using Assay.Server.Transparency;

namespace Assay.Server.Shared.Hosting;

/// <summary>GET /health: 200 when migrations are done, the ledger is published and requests are served.</summary>
internal static class Health
{
    public static void MapHealth(this WebApplication app) => app.MapGet("/health", (LedgerSequencer ledger, ComputeHost compute) =>
    {
        var broken = ledger.Broken;
        var state = new
        {
            Status = broken is null ? "ok" : "degraded",
            Ledger = broken ?? "ok",
            Workers = ((string[])["validate", "train", "infer"]).Where(kind => compute.ProcessId(kind) is not null),
        };
        return broken is null ? Results.Json(state) : Results.Json(state, statusCode: StatusCodes.Status503ServiceUnavailable);
    }).ExcludeFromDescription();
}
