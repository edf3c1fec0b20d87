using Assay.Server.Datanets.Reading;
using Assay.Server.Shared.Database;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Assay.Server.Tests.Datanets.Reading;

public sealed class VisibilityMigrationTests
{
    [Fact]
    public async Task A_datanet_of_invited_people_becomes_restricted_and_every_other_public_and_each_gets_a_salt_of_its_own()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync(cancel);
        await using var db = new AssayDb(new DbContextOptionsBuilder<AssayDb>().UseSqlite(connection).Options);
        var before = db.Database.GetMigrations().TakeWhile(name => !name.EndsWith("_Visibility", StringComparison.Ordinal)).Last();
        await db.GetService<IMigrator>().MigrateAsync(before, cancellationToken: cancel);
        foreach (var (id, invited) in ((string, int)[])[("d_open", 0), ("d_asked", 1)])
        {
            await EmptyRow.InsertAsync(connection, "datanet", ("Id", id), ("NameKey", id), ("Invited", invited));
        }

        await db.Database.MigrateAsync(cancel);

        var rows = await db.Datanets.OrderBy(row => row.Id).ToListAsync(cancel);
        Assert.Equal([("d_asked", Visibility.Restricted, 32), ("d_open", Visibility.Public, 32)], rows.Select(row => (row.Id, row.Visibility, row.Salt.Length)));
        Assert.NotEqual(rows[0].Salt, rows[1].Salt);
    }
}
