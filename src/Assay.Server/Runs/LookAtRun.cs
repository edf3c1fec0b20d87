using Assay.Client.Runs;
using Assay.Server.Accounts;
using Assay.Server.Datanets;
using Assay.Server.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Assay.Server.Runs;

/// <summary>POST /api/v1/runs/look: what a run of this request would be trained on, counted and shown before it is started. Takes the same body as POST /api/v1/runs.</summary>
internal sealed class LookAtRun(StartRun start, SnapshotPreviews previews)
{
    private const int Samples = 5;

    public static void Map(RouteGroupBuilder group) => group.MapPost("/look",
        async Task<Results<Ok<RunLook>, ProblemHttpResult>> (StartRunRequest request, CurrentUser user, LookAtRun look, CancellationToken cancel) =>
        {
            var (seen, refusal) = await look.HandleAsync(request, user, cancel);
            return refusal is null ? TypedResults.Ok(seen) : refusal.ToProblem();
        }).RequireAuthorization(Scopes.Train);

    internal async Task<(RunLook? Look, Refusal? Why)> HandleAsync(StartRunRequest request, CurrentUser user, CancellationToken cancel)
    {
        var (plan, refusal) = await start.PlanAsync(request, user, cancel);
        return plan is null ? (null, refusal) : (await previews.LookAsync(plan.Train, plan.HoldOut.Count, (plan.Base, plan.Settings), Samples, cancel), null);
    }
}
