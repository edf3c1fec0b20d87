using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Shared.Database;

internal static class DatabaseModule
{
    public static void AddDatabase(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<StorageOptions>().BindConfiguration("Storage").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<DataFolder>();
        builder.Services.AddSingleton<DatabaseFile>();
        builder.Services.AddDbContextFactory<AssayDb>((services, options) =>
            options.UseSqlite(services.GetRequiredService<DatabaseFile>().ConnectionString));
        builder.Services.AddScoped(services => services.GetRequiredService<IDbContextFactory<AssayDb>>().CreateDbContext());
        builder.Services.AddSingleton<DbWriter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DbWriter>());
    }

    /// <summary>Brings the schema up to this version before the first request.</summary>
    public static async Task MigrateAsync(this WebApplication app)
    {
        app.Services.GetRequiredService<DatabaseFile>().Open().Dispose();
        await using var db = await app.Services.GetRequiredService<IDbContextFactory<AssayDb>>().CreateDbContextAsync();
        if (!(await db.Database.GetPendingMigrationsAsync()).Any())
        {
            return;
        }

        // The framework marks a running migration by a row and waits for its end. A killed process leaves the row behind; who waits for it waits for ever.
        await db.Database.ExecuteSqlAsync($"DROP TABLE IF EXISTS \"__EFMigrationsLock\"");
        await db.Database.MigrateAsync();
    }
}
