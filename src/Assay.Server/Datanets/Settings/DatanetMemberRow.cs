using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Datanets.Settings;

/// <summary>Somebody whom an owner asked into a datanet, by address: it holds for the account that has the address, now or later.</summary>
internal sealed class DatanetMemberRow : IEntityTypeConfiguration<DatanetMemberRow>
{
    public const string Contributor = "contributor", Reviewer = "reviewer";

    public string DatanetId { get; init; } = "";

    /// <summary>The address in upper case.</summary>
    public string EmailKey { get; init; } = "";

    /// <summary><see cref="Contributor"/> or <see cref="Reviewer"/>.</summary>
    public string Role { get; init; } = Contributor;

    /// <summary>The address as the owner wrote it.</summary>
    public string Email { get; init; } = "";

    /// <summary>Last time the owner asked; into a private datanet it holds only for an account that was there then.</summary>
    public DateTimeOffset InvitedAt { get; set; }

    public void Configure(EntityTypeBuilder<DatanetMemberRow> builder)
    {
        builder.ToTable("datanet_member");
        builder.HasKey(row => new { row.DatanetId, row.EmailKey, row.Role });
    }
}
