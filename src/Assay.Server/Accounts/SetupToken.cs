using System.Security.Cryptography;
using System.Text;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Accounts;

/// <summary>The one-time token that makes the first operator. It lies in <c>keys/setup-token</c> until it is used.</summary>
internal sealed class SetupToken(DataFolder folder, IDbContextFactory<AssayDb> reader)
{
    private string FilePath => Path.Combine(folder.Keys, "setup-token");

    /// <summary>The token, made at the first start of an installation without an operator; null when there is an operator.</summary>
    public async Task<string?> CurrentAsync(CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        if (await db.Accounts.AnyAsync(row => row.Roles.StartsWith(Roles.Operator), cancel))
        {
            Use();
            return null;
        }

        if (!File.Exists(FilePath))
        {
            // The data folder itself is open to its owner alone.
            await File.WriteAllTextAsync(FilePath, RandomNumberGenerator.GetHexString(32, lowercase: true), cancel);
        }

        return await File.ReadAllTextAsync(FilePath, cancel);
    }

    public bool Matches(string token) => File.Exists(FilePath)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(File.ReadAllText(FilePath)), Encoding.UTF8.GetBytes(token));

    public void Use() => File.Delete(FilePath);
}
