using Assay.Client.Datanets;
using Assay.Client.Models;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
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
            TypedResults.Ok(new Page<ModelView>(await VisibleAsync(user.Viewer, bases, db, cancel))));
        group.MapGet("/{name}", async Task<Results<Ok<ModelView>, ProblemHttpResult>> (string name, CurrentUser user, BaseModels bases, AssayDb db, CancellationToken cancel) =>
            (await VisibleAsync(user.Viewer, bases, db, cancel)).Find(model => model.Name == name) is { } model
                ? TypedResults.Ok(model)
                : Refusal.NotFound("model", name).ToProblem());
    }

    /// <summary>Base models, and the tuned models of the account that learnt from what it may read.</summary>
    internal static async Task<List<ModelView>> VisibleAsync(Viewer viewer, BaseModels bases, AssayDb db, CancellationToken cancel)
    {
        var all = bases.All().ToList();
        var tuned = await Readable.Models(db, viewer).AsNoTracking().OrderByDescending(row => row.CreatedAt).ToListAsync(cancel);
        var flagged = await Readable.Runs(db, viewer).Where(row => row.Removed > 0).ToDictionaryAsync(row => row.Id, row => row.Removed, cancel);
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
