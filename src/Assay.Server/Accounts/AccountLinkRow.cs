using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Accounts;

/// <summary>That two accounts belong together (one person, one employer, one household), as one of them or the operator stated. It holds in both directions.</summary>
internal sealed class AccountLinkRow : IEntityTypeConfiguration<AccountLinkRow>
{
    public string AccountId { get; init; } = "";
    public string OtherId { get; init; } = "";
    public string StatedBy { get; init; } = "";
    public DateTimeOffset StatedAt { get; init; }

    public void Configure(EntityTypeBuilder<AccountLinkRow> builder)
    {
        builder.ToTable("account_link");
        builder.HasKey(row => new { row.AccountId, row.OtherId });
        builder.HasIndex(row => row.OtherId);
    }
}
