using Assay.Server.Review;
using Assay.Server.Shared.Database;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Assay.Server.Tests.Review;

public sealed class MigrationTests
{
    [Fact]
    public async Task Files_that_waited_for_a_person_before_there_were_rounds_wait_in_one_and_old_votes_belong_to_a_closed_one()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync(cancel);
        await using var db = new AssayDb(new DbContextOptionsBuilder<AssayDb>().UseSqlite(connection).Options);
        var before = db.Database.GetMigrations().TakeWhile(name => !name.EndsWith("_Review", StringComparison.Ordinal)).Last();
        await db.GetService<IMigrator>().MigrateAsync(before, cancellationToken: cancel);
        await InsertAsync(connection, "contribution", ("Id", "c_waits"), ("Op", "1"), ("State", "Review"), ("DecidedAt", 7), ("VerdictEntryId", 3));
        await InsertAsync(connection, "contribution", ("Id", "c_voted"), ("Op", "2"), ("State", "Rejected"), ("DecidedAt", 9), ("VerdictEntryId", 4));
        await InsertAsync(connection, "contribution", ("Id", "c_rules"), ("Op", "3"), ("State", "Accepted"), ("DecidedAt", 9), ("VerdictEntryId", 5));
        await InsertAsync(connection, "vote", ("ContributionId", "c_waits"), ("ReviewerId", "a_1"), ("Reason", "x"));
        await InsertAsync(connection, "vote", ("ContributionId", "c_voted"), ("ReviewerId", "a_1"), ("Reason", "x"));

        await db.Database.MigrateAsync(cancel);

        var rounds = await db.ReviewCases.OrderBy(row => row.ContributionId).ToListAsync(cancel);
        Assert.Equal(["c_voted", "c_waits"], rounds.Select(row => row.ContributionId));
        Assert.True(rounds[0] is { Accepted: false, VerdictEntryId: 4, ClosedAt: not null, Kind: ReviewKind.Borderline });
        Assert.True(rounds[1] is { Accepted: null, VerdictBefore: 3, ClosedAt: null, Round: 1 });
        Assert.Equal(rounds.Select(row => (long?)row.Id), await db.Votes.OrderBy(row => row.ContributionId).Select(row => row.CaseId).ToListAsync(cancel));
    }

    /// <summary>Inserts a row; every column that is not given and needs a value gets an empty one.</summary>
    private static async Task InsertAsync(SqliteConnection connection, string table, params (string Column, object Value)[] given)
    {
        var values = given.ToDictionary(pair => pair.Column, pair => pair.Value);
        await using (var columns = connection.CreateCommand())
        {
            columns.CommandText = $"SELECT name, type FROM pragma_table_info('{table}') WHERE \"notnull\" = 1 AND dflt_value IS NULL";
            await using var reader = await columns.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                values.TryAdd(reader.GetString(0), reader.GetString(1) switch { "INTEGER" => 0, "BLOB" => Array.Empty<byte>(), _ => "" });
            }
        }

        await using var insert = connection.CreateCommand();
        insert.CommandText = $"INSERT INTO {table} ({string.Join(", ", values.Keys.Select(name => $"\"{name}\""))}) VALUES ({string.Join(", ", values.Keys.Select(name => $"${name}"))})";
        foreach (var (name, value) in values)
        {
            insert.Parameters.AddWithValue("$" + name, value);
        }

        await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
