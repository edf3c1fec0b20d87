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
        var pending = (await db.Database.GetPendingMigrationsAsync()).ToList();
        if (pending.Count == 0)
        {
            return;
        }

        if (!app.Services.GetRequiredService<DataFolder>().TryLock())
        {
            throw new IOException("The data folder is being brought up to this version by another process. Try again in a moment.");
        }

        // EF's own lock is a row that a killed process leaves behind, and every later start would wait for it for ever. The folder's lock ends with its process.
        await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"");
        await db.Database.MigrateAsync();
        if (pending.Exists(name => name.EndsWith("_Removal", StringComparison.Ordinal)))
        {
            // Pages written before deleting overwrote what it freed may hold copies of rows that are erased later.
            await db.Database.ExecuteSqlRawAsync("VACUUM");
        }
    }
}
