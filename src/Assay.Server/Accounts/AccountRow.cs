using Assay.Client.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Accounts;

/// <summary>A person's account with its server-held signing key. Names and e-mail addresses never reach the ledger.</summary>
internal sealed class AccountRow : IEntityTypeConfiguration<AccountRow>
{
    public string Id { get; init; } = "";
    public string Email { get; init; } = "";

    /// <summary>The address in upper case: unique.</summary>
    public string EmailKey { get; init; } = "";
    public string Name { get; set; } = "";
    public string PasswordHash { get; set; } = "";

    /// <summary>Role names in order, separated by commas.</summary>
    public string Roles { get; set; } = "";
    public DateTimeOffset CreatedAt { get; init; }
    public int FailedSignIns { get; set; }
    public DateTimeOffset LockedUntil { get; set; }

    /// <summary>The operator's limits for this account, per UTC day; null: the options.</summary>
    public long? BytesPerDay { get; set; }
    public long? FilesPerDay { get; set; }

    /// <summary>Raw Ed25519 seed, 32 bytes; signs the account's statements.</summary>
    public byte[] SigningKey { get; init; } = [];
    public byte[] PublicKey { get; init; } = [];

    /// <summary>Last nonce used in a statement; each statement takes the next.</summary>
    public long Nonce { get; set; }

    public IReadOnlyList<string> RoleList => Roles.Split(',', StringSplitOptions.RemoveEmptyEntries);

    public AccountView ToView() => new(Id, Email, Name, RoleList, Convert.ToBase64String(PublicKey), CreatedAt);

    public void Configure(EntityTypeBuilder<AccountRow> builder)
    {
        builder.ToTable("account");
        builder.HasIndex(row => row.EmailKey).IsUnique();
        builder.Ignore(row => row.RoleList);
    }
}
