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
        await EmptyRow.InsertAsync(connection, "contribution", ("Id", "c_waits"), ("Op", "1"), ("State", "Review"), ("DecidedAt", 7), ("VerdictEntryId", 3));
        await EmptyRow.InsertAsync(connection, "contribution", ("Id", "c_voted"), ("Op", "2"), ("State", "Rejected"), ("DecidedAt", 9), ("VerdictEntryId", 4));
        await EmptyRow.InsertAsync(connection, "contribution", ("Id", "c_rules"), ("Op", "3"), ("State", "Accepted"), ("DecidedAt", 9), ("VerdictEntryId", 5));
        await EmptyRow.InsertAsync(connection, "vote", ("ContributionId", "c_waits"), ("ReviewerId", "a_1"), ("Reason", "x"));
        await EmptyRow.InsertAsync(connection, "vote", ("ContributionId", "c_voted"), ("ReviewerId", "a_1"), ("Reason", "x"));

        await db.Database.MigrateAsync(cancel);

        var rounds = await db.ReviewCases.OrderBy(row => row.ContributionId).ToListAsync(cancel);
        Assert.Equal(["c_voted", "c_waits"], rounds.Select(row => row.ContributionId));
        Assert.True(rounds[0] is { Accepted: false, VerdictEntryId: 4, ClosedAt: not null, Kind: ReviewKind.Borderline });
        Assert.True(rounds[1] is { Accepted: null, VerdictBefore: 3, ClosedAt: null, Round: 1 });
        Assert.Equal(rounds.Select(row => (long?)row.Id), await db.Votes.OrderBy(row => row.ContributionId).Select(row => row.CaseId).ToListAsync(cancel));
    }
}
