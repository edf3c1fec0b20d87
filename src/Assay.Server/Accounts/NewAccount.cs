using Assay.Ledger.Entries;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Accounts;

/// <summary>Makes accounts: by sign-up and by <c>assay user add</c>.</summary>
internal static class NewAccount
{
    /// <summary>A new account with its own signing key; nothing is stored yet.</summary>
    public static AccountRow Make(string email, string name, string password, IEnumerable<string> roles, DateTimeOffset now)
    {
        using var key = AccountKey.Create();
        return new AccountRow
        {
            Id = AssayDb.NewId("a_"),
            Email = email.Trim(),
            EmailKey = Credentials.EmailKey(email),
            Name = name,
            PasswordHash = Credentials.Hash(password),
            Roles = string.Join(',', Roles.All.Where(roles.Contains)),
            CreatedAt = now,
            SigningKey = key.ExportSeed(),
            PublicKey = Convert.FromBase64String(key.PublicKey),
        };
    }

    /// <summary>Stores the account and its key's ledger entry; false when the address is taken.</summary>
    public static async Task<bool> AddAsync(AssayDb db, AccountRow account, CancellationToken stop)
    {
        if (await db.Accounts.AnyAsync(row => row.EmailKey == account.EmailKey, stop))
        {
            return false;
        }

        db.Accounts.Add(account);
        db.Append(LedgerFacts.NewKey(account, account.CreatedAt));
        return true;
    }
}
