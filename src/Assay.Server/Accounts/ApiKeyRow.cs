using System.Security.Cryptography;
using System.Text;
using Assay.Client.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Accounts;

/// <summary>An API key; only its hash is stored.</summary>
internal sealed class ApiKeyRow : IEntityTypeConfiguration<ApiKeyRow>
{
    public string Id { get; init; } = "";
    public string AccountId { get; init; } = "";
    public string Name { get; init; } = "";
    public string Hash { get; init; } = "";

    /// <summary>Scope names separated by commas.</summary>
    public string Scopes { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>A fresh secret: <c>assay_</c> and 40 characters, 238 bits.</summary>
    public static string NewSecret() =>
        "assay_" + RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 40);

    /// <summary>Keys are random, so a plain hash is enough to store them.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    public ApiKeyView ToView(string? secret = null) =>
        new(Id, Name, Scopes.Split(',', StringSplitOptions.RemoveEmptyEntries), CreatedAt, ExpiresAt, LastUsedAt, secret);

    public void Configure(EntityTypeBuilder<ApiKeyRow> builder)
    {
        builder.ToTable("api_key");
        builder.HasIndex(row => row.Hash).IsUnique();
        builder.HasIndex(row => row.AccountId);
    }
}
