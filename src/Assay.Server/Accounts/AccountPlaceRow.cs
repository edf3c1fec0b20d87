using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Accounts;

/// <summary>That an account signed up or in from a network, as a keyed hash: equal for two accounts of one network, and nothing else can be read from it.</summary>
internal sealed class AccountPlaceRow : IEntityTypeConfiguration<AccountPlaceRow>
{
    public string AccountId { get; init; } = "";

    /// <summary>HMAC-SHA-256 of the address prefix under the installation's own key, lower-case hex.</summary>
    public string Place { get; init; } = "";

    /// <summary>Last time; rows older than 30 days are deleted.</summary>
    public DateTimeOffset SeenAt { get; set; }

    public void Configure(EntityTypeBuilder<AccountPlaceRow> builder)
    {
        builder.ToTable("account_place");
        builder.HasKey(row => new { row.AccountId, row.Place });
        builder.HasIndex(row => row.Place);
        builder.HasIndex(row => row.SeenAt);
    }
}
