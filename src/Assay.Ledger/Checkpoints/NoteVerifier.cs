using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using NSec.Cryptography;

namespace Assay.Ledger.Checkpoints;

/// <summary>A public key with a name: all that is needed to check a log or a witness.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed class NoteVerifier
{
    private const int SignatureLength = 64;

    private readonly PublicKey _key;

    internal NoteVerifier(string name, NoteAlgorithm algorithm, PublicKey key)
    {
        _key = key;
        Name = name;
        Algorithm = algorithm;
        KeyId = NoteKey.Id(name, algorithm, key.Export(KeyBlobFormat.RawPublicKey));
    }

    /// <summary>Name of the key; for a log it is the origin.</summary>
    public string Name { get; }

    /// <summary>What the key signs.</summary>
    public NoteAlgorithm Algorithm { get; }

    /// <summary>First four bytes of SHA-256(name ‖ newline ‖ algorithm ‖ public key).</summary>
    public uint KeyId { get; }

    /// <summary>The one-line form: <c>name+keyid+base64(algorithm ‖ public key)</c>.</summary>
    public string Vkey => $"{Name}+{KeyId:x8}+{Convert.ToBase64String([(byte)Algorithm, .. _key.Export(KeyBlobFormat.RawPublicKey)])}";

    /// <summary>Reads the one-line form.</summary>
    /// <exception cref="LedgerFormatException">It is not that form, or the key id does not belong to name and key.</exception>
    public static NoteVerifier Parse(string vkey)
    {
        ArgumentNullException.ThrowIfNull(vkey);
        // The Base64 part may itself contain a plus.
        var parts = vkey.Split('+', 3);
        Span<byte> bytes = stackalloc byte[33];
        if (parts.Length != 3 || !NoteKey.IsName(parts[0]) || parts[1].Length != 8 || parts[2].Length != 44
            || !uint.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var keyId)
            || !Convert.TryFromBase64String(parts[2], bytes, out var length) || length != bytes.Length)
        {
            throw new LedgerFormatException("a verifier key is name+keyid+base64, such as the file 'vkey' of a log holds");
        }

        var algorithm = (NoteAlgorithm)bytes[0];
        if (algorithm is not (NoteAlgorithm.Log or NoteAlgorithm.Cosignature)
            || !PublicKey.TryImport(SignatureAlgorithm.Ed25519, bytes[1..], KeyBlobFormat.RawPublicKey, out var key))
        {
            throw new LedgerFormatException($"the verifier key of {parts[0]} is not an Ed25519 key of algorithm 1 or 4");
        }

        var verifier = new NoteVerifier(parts[0], algorithm, key!);
        return verifier.KeyId == keyId && verifier.Vkey == vkey
            ? verifier
            : throw new LedgerFormatException($"the key id {parts[1]} does not belong to the name and key beside it");
    }

    /// <summary>Whether this key made the signature field over the text.</summary>
    /// <param name="text">Text of the note, with its last newline.</param>
    /// <param name="signature">64 bytes for a log key, 72 for a witness.</param>
    public bool Verify(string text, ReadOnlySpan<byte> signature)
    {
        if (Algorithm == NoteAlgorithm.Log)
        {
            return signature.Length == SignatureLength && SignatureAlgorithm.Ed25519.Verify(_key, Encoding.UTF8.GetBytes(text), signature);
        }

        return signature.Length == 8 + SignatureLength
            && BinaryPrimitives.ReadInt64BigEndian(signature) is >= 0 and var time
            && SignatureAlgorithm.Ed25519.Verify(_key, NoteKey.CosignedText(time, text), signature[8..]);
    }
}
