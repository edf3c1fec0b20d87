using NSec.Cryptography;

namespace Assay.Ledger.Entries;

/// <summary>What an account says and signs: canonical JSON under its own signing domain, so that no other signature can be passed off as one.</summary>
/// <remarks>Ed25519 over "assay/statement/v1\0" ‖ the bytes. The nonce is per account and strictly increasing; the server keeps it.</remarks>
public sealed class Statement
{
    private readonly byte[] _json;

    private Statement(string type, CanonicalObject members) => _json = members.Add("t", type).Add("v", 1).ToBytes();

    /// <summary>The statement itself, in canonical JSON.</summary>
    public ReadOnlyMemory<byte> Json => _json;

    internal byte[] SignedBytes => [.. "assay/statement/v1\0"u8, .. _json];

    /// <summary>"I contribute this content to that datanet under this licence."</summary>
    public static Statement Contribute(string account, string datanet, string commit, string licence, long nonce) => new(
        "contribute",
        new CanonicalObject().Add("acct", account).Add("datanet", datanet).Add("commit", commit).Add("licence", licence).Add("nonce", nonce));

    /// <summary>"This is my key from now on." Signed by the new key, and by the old one when there is one.</summary>
    public static Statement Key(string account, string publicKey, string kind, long nonce) => new(
        "key",
        new CanonicalObject().Add("acct", account).Add("pk", publicKey).Add("kind", kind).Add("nonce", nonce));

    /// <summary>"I own this datanet and it is as stated." <paramref name="entry"/>'s own signature is not part of it.</summary>
    public static Statement Datanet(DatanetEntry entry, long nonce)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return new Statement(
            "datanet",
            new CanonicalObject().Add("datanet", entry.Datanet).Add("rev", entry.Revision).Add("kind", entry.Kind).Add("state", entry.State)
                .Add("purpose", entry.Purpose).Add("licences", entry.Licences).Add("owner", entry.Owner).Add("nonce", nonce));
    }

    /// <summary>Whether the signature was made over this statement by the holder of the key.</summary>
    /// <param name="publicKey">32 bytes in Base64.</param>
    /// <param name="signature">64 bytes in Base64.</param>
    public bool IsSignedBy(string publicKey, string signature)
    {
        Span<byte> key = stackalloc byte[32];
        Span<byte> bytes = stackalloc byte[64];
        return Convert.TryFromBase64String(publicKey, key, out var keyLength) && keyLength == key.Length
            && Convert.TryFromBase64String(signature, bytes, out var length) && length == bytes.Length
            && PublicKey.TryImport(SignatureAlgorithm.Ed25519, key, KeyBlobFormat.RawPublicKey, out var imported)
            && SignatureAlgorithm.Ed25519.Verify(imported!, SignedBytes, bytes);
    }
}
