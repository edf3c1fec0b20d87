using System.CommandLine;
using System.Security.Cryptography;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Accounts;

/// <summary><c>assay user add EMAIL --role ROLE --data DIR</c>: makes an account, also beside a running server on the same folder.</summary>
internal static class UserCommand
{
    private const int KeyDays = 365;

    public static Command Make()
    {
        var email = new Argument<string>("EMAIL") { Description = "Address to sign in with" };
        var role = new Option<string[]>("--role") { Description = $"{string.Join(", ", Roles.All)}; may be given several times", Required = true };
        role.AcceptOnlyFromAmong([.. Roles.All]);
        var name = new Option<string?>("--name") { Description = "Shown to others; default: the address before the @" };
        var data = new Option<string>("--data") { Description = "Data folder of the server", DefaultValueFactory = _ => "data/assay" };
        var add = new Command("add", "Make an account; prints its one-time password and, as the last line, an API key") { email, role, name, data };
        add.SetAction((parsed, cancel) => AddAsync(parsed.GetValue(email)!, parsed.GetValue(name), parsed.GetValue(role)!, parsed.GetValue(data)!, cancel));
        return new Command("user", "Accounts") { add };
    }

    private static async Task<int> AddAsync(string email, string? name, string[] roles, string folder, CancellationToken cancel)
    {
        var password = RandomNumberGenerator.GetString("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20);
        if (Credentials.Refuse(email, password) is { } why)
        {
            await Console.Error.WriteLineAsync(why);
            return 2;
        }

        // The host is built for its services and never started: only a serving process gives ledger indices and writes tiles.
        await using var app = AssayHost.Build(ServeCommand.Settings(folder, 0));
        await AssayHost.PrepareAsync(app, serving: false);
        var now = app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        var account = NewAccount.Make(email, name ?? email[..email.IndexOf('@', StringComparison.Ordinal)], password, roles, now);
        var (key, secret) = CreateKey.Make(account.Id, "assay user add", Roles.ScopesOf(roles), now, KeyDays);

        await using var connection = app.Services.GetRequiredService<DatabaseFile>().Open();
        await using var transaction = connection.BeginTransaction(deferred: false);
        await using var db = new AssayDb(new DbContextOptionsBuilder<AssayDb>().UseSqlite(connection).Options);
        await db.Database.UseTransactionAsync(transaction, cancel);
        if (!await NewAccount.AddAsync(db, account, cancel))
        {
            await Console.Error.WriteLineAsync($"An account with the address '{email}' exists in {Path.GetFullPath(folder)}.");
            return 1;
        }

        db.ApiKeys.Add(key);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        Console.WriteLine($"Account {account.Id} for {email} with the roles {string.Join(", ", account.RoleList)}.");
        Console.WriteLine($"One-time password: {password}");
        Console.WriteLine($"API key, valid {KeyDays} days:");
        Console.WriteLine(secret);
        return 0;
    }
}
