using Assay.Server.Access;
using Assay.Server.Accounts;
using Assay.Server.Attribution;
using Assay.Server.Chat;
using Assay.Server.Contributions;
using Assay.Server.Datanets;
using Assay.Server.Exports;
using Assay.Server.Leaderboard;
using Assay.Server.ModelCatalog;
using Assay.Server.OpenAi;
using Assay.Server.Removal;
using Assay.Server.Review;
using Assay.Server.Runs;
using Assay.Server.Shared.Blobs;
using Assay.Server.Shared.Compute;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Assay.Server.Shared.Layout;
using Assay.Server.Shared.Quotas;
using Assay.Server.Shared.Security;
using Assay.Server.Transparency;
using Microsoft.Extensions.Logging.Console;

namespace Assay.Server.Shared.Hosting;

/// <summary>The server's table of contents: what it is made of, in the order it starts.</summary>
internal static class AssayHost
{
    /// <param name="settings">Configuration that wins over every other source, such as <c>Storage:Folder</c>.</param>
    /// <param name="change">Runs after all services are there, so that it can replace one, such as the clock.</param>
    public static WebApplication Build(IReadOnlyDictionary<string, string?> settings, Action<IServiceCollection>? change = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "Assay.Server" });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace); // stdout belongs to the program
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning)
            .AddFilter("Microsoft.EntityFrameworkCore.Query", LogLevel.Error).AddFilter("Microsoft.EntityFrameworkCore.Database.Command", LogLevel.None) // a full quota is a failed command; its exception has an owner
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.WebHost.UseStaticWebAssets(); // without it every script and style sheet of a package answers 200 with no bytes
        Configure(builder);
        change?.Invoke(builder.Services);
        var app = builder.Build();
        Map(app);
        return app;
    }

    /// <summary>Migrations and the ledger's first entries: done before the first request is served.</summary>
    /// <param name="app">The host.</param>
    /// <param name="serving">Whether it is going to be started, or only used for its services.</param>
    public static async Task PrepareAsync(WebApplication app, bool serving = true)
    {
        UnicodeCheck.Run();
        await app.MigrateAsync();
        await app.PrepareLedgerAsync(serving);
    }

    private static void Configure(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddDatabase();
        builder.AddQuotas();
        builder.AddJobs();
        builder.Services.AddSingleton<BlobStore>();
        builder.AddSecurity();
        builder.AddAccounts();
        builder.AddDatanets();
        builder.AddContributions();
        builder.AddReview();
        builder.AddRemoval();
        builder.AddLeaderboard();
        builder.AddModelCatalog();
        builder.AddRuns();
        builder.AddExports();
        builder.AddChat();
        builder.AddAttribution();
        builder.AddTransparency();
        builder.AddCompute();
        builder.AddPages();
        builder.Services.AddOpenApi();
    }

    private static void Map(WebApplication app)
    {
        app.UseWorkers();
        app.UseSecurity();
        app.MapStaticAssets();
        app.MapOpenApi("/api/v1/openapi.json");
        app.MapHealth();
        app.MapAccounts();
        app.MapDatanets();
        app.MapContributions();
        app.MapReview();
        app.MapRemoval();
        app.MapLeaderboard();
        app.MapAccess();
        app.MapModelCatalog();
        app.MapRuns();
        app.MapExports();
        app.MapChat();
        app.MapOpenAi();
        app.MapTransparency();
        app.MapLeases();
        app.MapPages();
    }
}
