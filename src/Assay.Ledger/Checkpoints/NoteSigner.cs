using System.Text;
using NSec.Cryptography;

namespace Assay.Ledger.Checkpoints;

/// <summary>A private key with a name: signs a log's checkpoints, or cosigns those of others.</summary>
/// <remarks>Holds secret memory until disposed. Signing is thread safe.</remarks>
public sealed class NoteSigner : IDisposable
{
    private readonly Key _key;

    private NoteSigner(string name, NoteAlgorithm algorithm, Key key)
    {
        _key = key;
        Verifier = new NoteVerifier(name, algorithm, key.PublicKey);
    }

    /// <summary>The public half.</summary>
    public NoteVerifier Verifier { get; }

    /// <summary>The signer of a seed (RFC 8032 private key).</summary>
    /// <param name="name">Name of the key: the log's origin, or the witness's name. No blank, no plus.</param>
    /// <param name="seed">32 bytes.</param>
    /// <param name="algorithm">What the key signs.</param>
    public static NoteSigner FromSeed(string name, ReadOnlySpan<byte> seed, NoteAlgorithm algorithm = NoteAlgorithm.Log)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, 32);
        return NoteKey.IsName(name)
            ? new NoteSigner(name, algorithm, Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey))
            : throw new ArgumentException($"A key name has 1 to 255 characters, none of them blank or '+', not '{name}'.", nameof(name));
    }

    /// <summary>Signs a text that ends with a newline, as a log.</summary>
    public NoteSignature Sign(string text)
    {
        RequireAlgorithm(NoteAlgorithm.Log);
        return new NoteSignature(Verifier.Name, Verifier.KeyId, SignatureAlgorithm.Ed25519.Sign(_key, Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Signs a checkpoint, as a log.</summary>
    /// <exception cref="ArgumentException">The checkpoint is another log's.</exception>
    public SignedNote Sign(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (checkpoint.Origin != Verifier.Name)
        {
            throw new ArgumentException($"The key of '{Verifier.Name}' signs no checkpoint of '{checkpoint.Origin}'.", nameof(checkpoint));
        }

        var text = checkpoint.ToText();
        return new SignedNote(text, [Sign(text)]);
    }

    /// <summary>Signs bytes that already name their own kind, as a witness does.</summary>
    internal byte[] SignRaw(ReadOnlySpan<byte> bytes, NoteAlgorithm algorithm)
    {
        RequireAlgorithm(algorithm);
        return SignatureAlgorithm.Ed25519.Sign(_key, bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private void RequireAlgorithm(NoteAlgorithm algorithm)
    {
        if (Verifier.Algorithm != algorithm)
        {
            throw new InvalidOperationException($"The key of '{Verifier.Name}' is of kind {Verifier.Algorithm}, not {algorithm}.");
        }
    }
}
