using Assay.Client.Datanets;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Imports;
using Assay.Server.Datanets.Settings;
using Assay.Server.Datanets.Versions;
using Assay.Server.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Assay.Server.Datanets;

/// <summary>Datanets and their snapshots.</summary>
internal static class DatanetsModule
{
    public static void AddDatanets(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DatanetViews>();
        builder.Services.AddSingleton<OwnerImport>();
        builder.Services.AddSingleton<Members>();
        builder.Services.AddSingleton<TakeQuiz>();
        builder.Services.AddSingleton<SnapshotPreviews>();
        builder.Services.AddSingleton<SnapshotExport>();
        builder.Services.AddSingleton<ExportSnapshot>();
    }

    public static void MapDatanets(this WebApplication app)
    {
        var group = app.MapGroup("/api/v1/datanets").WithTags("Datanets");
        OpenDatanet.Map(group);
        ChangeState.Map(group);
        ChangeLimits.Map(group);
        MakeSnapshot.Map(group);
        OwnerImport.Map(group);
        ChangeSettings.Map(group);
        Members.Map(group);
        RenewProfile.Map(group);
        TakeQuiz.Map(group);
        group.MapGet("/", async Task<Ok<Page<DatanetView>>> (DatanetViews views, CurrentUser user, CancellationToken cancel, string? search = null) =>
            TypedResults.Ok(new Page<DatanetView>(await views.NewestAsync(search, 100, user.Viewer, cancel))));
        group.MapGet("/{id}", async Task<Results<Ok<DatanetView>, ProblemHttpResult>> (string id, DatanetViews views, CurrentUser user, CancellationToken cancel) =>
            await views.OneAsync(id, user.Viewer, cancel) is { } view ? TypedResults.Ok(view) : Refusal.NotFound("datanet", id).ToProblem());
        ReadSnapshot.Map(app.MapGroup("/api/v1/snapshots").WithTags("Datanets"));
    }
}
