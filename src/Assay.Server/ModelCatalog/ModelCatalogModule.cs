using Assay.Client.Datanets;
using Assay.Client.Models;
using Assay.Server.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.ModelCatalog;

/// <summary>Base models and the models tuned from them.</summary>
internal static class ModelCatalogModule
{
    public static void AddModelCatalog(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ModelCatalogOptions>().BindConfiguration("ModelCatalog").ValidateOnStart();
        builder.Services.AddSingleton<BaseModels>();
    }

    public static void MapModelCatalog(this WebApplication app)
    {
        var group = app.MapGroup("/api/v1/models").WithTags("Models").RequireAuthorization(Scopes.Read);
        group.MapGet("/", async Task<Ok<Page<ModelView>>> (CurrentUser user, BaseModels bases, AssayDb db, CancellationToken cancel) =>
            TypedResults.Ok(new Page<ModelView>(await VisibleAsync(user.Id, bases, db, cancel))));
        group.MapGet("/{name}", async Task<Results<Ok<ModelView>, ProblemHttpResult>> (string name, CurrentUser user, BaseModels bases, AssayDb db, CancellationToken cancel) =>
            (await VisibleAsync(user.Id, bases, db, cancel)).Find(model => model.Name == name) is { } model
                ? TypedResults.Ok(model)
                : Refusal.NotFound("model", name).ToProblem());
    }

    /// <summary>Base models, and the tuned models of the account.</summary>
    internal static async Task<List<ModelView>> VisibleAsync(string accountId, BaseModels bases, AssayDb db, CancellationToken cancel)
    {
        var all = bases.All().ToList();
        var tuned = await db.ModelVersions.AsNoTracking().Where(row => row.OwnerId == accountId).OrderByDescending(row => row.CreatedAt).ToListAsync(cancel);
        var flagged = await db.Runs.Where(row => row.OwnerId == accountId && row.Removed > 0).ToDictionaryAsync(row => row.Id, row => row.Removed, cancel);
        return
        [
            .. all.Select(model => new ModelView(model.Name, model.Family, model.Parameters, model.Context, model.Licence, model.Demonstration)),
            .. tuned.Where(row => all.Exists(model => model.Name == row.Base)).Select(row =>
            {
                var model = all.Find(one => one.Name == row.Base)!;
                return new ModelView(row.Name, model.Family, model.Parameters, model.Context, model.Licence, model.Demonstration, row.Base, row.RunId,
                    row.OwnerId, row.CreatedAt, row.BaseLoss, row.TunedLoss, flagged.GetValueOrDefault(row.RunId));
            }),
        ];
    }
}
