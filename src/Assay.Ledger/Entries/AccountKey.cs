using NSec.Cryptography;

namespace Assay.Ledger.Entries;

/// <summary>The Ed25519 key an account signs its statements with.</summary>
/// <remarks>Holds secret memory until disposed.</remarks>
public sealed class AccountKey : IDisposable
{
    /// <summary>Bytes of a seed.</summary>
    public const int SeedLength = 32;

    private readonly Key _key;

    private AccountKey(Key key) => _key = key;

    /// <summary>The public key, 32 bytes in Base64.</summary>
    public string PublicKey => Convert.ToBase64String(_key.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    /// <summary>A fresh random key.</summary>
    public static AccountKey Create() => new(Key.Create(SignatureAlgorithm.Ed25519, Exportable));

    /// <summary>The key of a seed (RFC 8032 private key).</summary>
    /// <param name="seed">32 bytes.</param>
    public static AccountKey FromSeed(ReadOnlySpan<byte> seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, SeedLength);
        return new AccountKey(Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey, Exportable));
    }

    /// <summary>The secret, 32 bytes: whoever has it signs as the account.</summary>
    public byte[] ExportSeed() => _key.Export(KeyBlobFormat.RawPrivateKey);

    /// <summary>Signs a statement.</summary>
    /// <returns>64 bytes in Base64.</returns>
    public string Sign(Statement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return Convert.ToBase64String(SignatureAlgorithm.Ed25519.Sign(_key, statement.SignedBytes));
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static KeyCreationParameters Exportable => new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
}
