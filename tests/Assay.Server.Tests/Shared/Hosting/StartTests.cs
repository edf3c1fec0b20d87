using System.Net;
using Assay.Server.Shared.Database;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Shared.Hosting;

public sealed class StartTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_migration_lock_that_a_killed_process_left_does_not_stop_the_next_start()
    {
        await using var server = await AssayServer.StartAsync(null);
        var database = Path.Combine(server.Folder, "assay.db");
        await server.StopAsync();
        SqliteConnection.ClearAllPools();

        // What a kill in the middle of the first migration leaves: the lock's row, and the migration not done.
        File.Delete(database);
        await using (var connection = new SqliteConnection($"Data Source={database}"))
        {
            await connection.OpenAsync(Cancel);
            await using var leave = connection.CreateCommand();
            leave.CommandText = "CREATE TABLE \"__EFMigrationsLock\" (\"Id\" INTEGER PRIMARY KEY, \"Timestamp\" TEXT NOT NULL); INSERT INTO \"__EFMigrationsLock\" VALUES (1, 'then');";
            await leave.ExecuteNonQueryAsync(Cancel);
        }

        Directory.Delete(Path.Combine(server.Folder, "ledger"), recursive: true);
        await server.RestartAsync();

        Assert.Equal(HttpStatusCode.OK, (await server.Anonymous.GetAsync(new Uri("/health", UriKind.Relative), Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_damaged_log_is_named_and_nothing_more_is_signed()
    {
        await using var server = await AssayServer.StartAsync(null);
        await server.JoinAsync();
        await server.StopAsync();
        var checkpoint = Path.Combine(server.Folder, "ledger", "checkpoint");
        var before = await File.ReadAllBytesAsync(checkpoint, Cancel);
        var bundle = Directory.GetFiles(Path.Combine(server.Folder, "ledger", "tile", "entries"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        var bytes = await File.ReadAllBytesAsync(bundle, Cancel);
        bytes[20] ^= 1;
        File.SetAttributes(bundle, FileAttributes.Normal);
        await File.WriteAllBytesAsync(bundle, bytes, Cancel);

        await server.RestartAsync();
        await server.JoinAsync(); // a new entry that must not be signed over the damage

        var health = await server.Anonymous.GetAsync(new Uri("/health", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Contains("entry", await health.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(checkpoint, Cancel));
    }

    [Fact]
    public async Task A_job_whose_server_was_killed_before_its_file_was_decided_is_ended_at_the_next_start()
    {
        await using var server = await AssayServer.StartAsync(null);
        var person = await server.JoinAsync();
        var id = (await person.ContributeAsync((await person.OpenAsync()).Id, "note.md", Texts.Unique(500))).Id;
        await server.Get<DbWriter>().WriteAsync((db, stop) => db.Jobs.Where(row => row.Subject == id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, Assay.Server.Shared.Jobs.JobState.Failed), stop), Cancel);

        await server.RestartAsync();

        for (var look = 0; look < 100; look++)
        {
            await using var db = server.Read();
            if (await db.Contributions.AnyAsync(row => row.Id == id && row.DecidedAt != null, Cancel))
            {
                return;
            }

            await Task.Delay(50, Cancel);
        }

        Assert.Fail("The file is still undecided.");
    }
}
