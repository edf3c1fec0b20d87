using System.IO.Compression;
using System.Net.Mime;
using System.Text;
using Assay.Client.Datanets;
using Assay.Client.Models;
using Assay.Server.Accounts;
using Assay.Server.Runs;
using Assay.Server.Shared;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Assay.Server.Exports;

/// <summary>Tuned models as files, with their verdict, card and bill of materials.</summary>
internal static class ExportsModule
{
    public static void AddExports(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ExportViews>();
        builder.Services.AddSingleton<ExportJobs>();
        builder.Services.AddSingleton<StartExport>();
        builder.Services.AddSingleton<FinishExport>();
        builder.Services.AddSingleton<DeleteExport>();
        builder.Services.AddSingleton<ModelFacts>();
    }

    public static void MapExports(this WebApplication app)
    {
        var runs = app.MapGroup("/api/v1/runs").WithTags("Exports").RequireAuthorization(Scopes.Read);
        StartExport.Map(runs);
        runs.MapGet("/{id}/exports", async Task<Results<Ok<Page<ExportView>>, ProblemHttpResult>> (string id, CurrentUser user, RunViews views, ExportViews exports, CancellationToken cancel) =>
            await views.OneAsync(id, user.Viewer, cancel) is null
                ? Refusal.NotFound("run", id).ToProblem()
                : TypedResults.Ok(new Page<ExportView>(await exports.OfRunAsync(id, user.Viewer, cancel))));
        runs.MapGet("/{id}/model-card", (string id, CurrentUser user, RunViews views, ModelFacts facts, CancellationToken cancel) =>
            AboutAsync(id, user, views, facts, ("text/markdown; charset=utf-8", "README.md"), about => ModelCard.Write(about, null, null), cancel));
        runs.MapGet("/{id}/ml-bom", (string id, CurrentUser user, RunViews views, ModelFacts facts, CancellationToken cancel) =>
            AboutAsync(id, user, views, facts, ("application/vnd.cyclonedx+json; version=1.6", "ml-bom.cdx.json"), about => MlBom.Write(about, []).ToJsonString(), cancel));

        var group = app.MapGroup("/api/v1/exports").WithTags("Exports").RequireAuthorization(Scopes.Read);
        DeleteExport.Map(group);
        group.MapGet("/{id}", async Task<Results<Ok<ExportView>, ProblemHttpResult>> (string id, CurrentUser user, ExportViews views, CancellationToken cancel) =>
            await views.OneAsync(id, user.Viewer, cancel) is { } view ? TypedResults.Ok(view) : Refusal.NotFound("export", id).ToProblem());
        group.MapGet("/{id}/files/{file}", FileAsync);
        group.MapGet("/{id}/bundle.zip", BundleAsync);
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> AboutAsync(
        string id, CurrentUser user, RunViews views, ModelFacts facts, (string Type, string Name) file, Func<ModelFact, string> write, CancellationToken cancel) =>
        await views.OneAsync(id, user.Viewer, cancel) is { ModelName: not null }
            ? TypedResults.File(Encoding.UTF8.GetBytes(write(await facts.OfAsync(id, cancel))), file.Type, $"{id}-{file.Name}")
            : Refusal.NotFound("run with a model", id).ToProblem();

    private static async Task<Results<PhysicalFileHttpResult, ProblemHttpResult>> FileAsync(
        string id, string file, CurrentUser user, ExportViews views, ExportJobs files, CancellationToken cancel) =>
        await views.OneAsync(id, user.Viewer, cancel) is { } export && export.Files.Any(one => one.Name == file)
            ? TypedResults.PhysicalFile(Path.Combine(files.FolderOf(export.RunId, id), file), MediaTypeNames.Application.Octet, file, enableRangeProcessing: true)
            : Refusal.NotFound("file of an export", $"{id}/{file}").ToProblem();

    /// <summary>All files in one, stored without compression: weights do not get smaller.</summary>
    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> BundleAsync(
        string id, HttpContext http, CurrentUser user, ExportViews views, ExportJobs files, CancellationToken cancel)
    {
        if (await views.OneAsync(id, user.Viewer, cancel) is not { State: "done" } export)
        {
            return Refusal.NotFound("finished export", id).ToProblem();
        }

        http.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true; // the archive writes the heads of its entries so
        return TypedResults.Stream(async output =>
        {
            await using var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
            foreach (var file in export.Files)
            {
                await zip.CreateEntryFromFileAsync(Path.Combine(files.FolderOf(export.RunId, id), file.Name), file.Name, CompressionLevel.NoCompression, cancel);
            }
        }, MediaTypeNames.Application.Zip, $"{id}.zip");
    }
}
