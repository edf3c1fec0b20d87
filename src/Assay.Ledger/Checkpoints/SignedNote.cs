using System.Buffers.Binary;
using System.Text;

namespace Assay.Ledger.Checkpoints;

/// <summary>A text with signatures below it.</summary>
/// <param name="Text">What is signed, ending with a newline.</param>
/// <param name="Signatures">One or more; each by another key.</param>
/// <remarks>C2SP signed-note.</remarks>
public sealed record SignedNote(string Text, IReadOnlyList<NoteSignature> Signatures)
{
    /// <summary>The longest note that is read, in bytes.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>The most signatures that are read.</summary>
    public const int MaxSignatures = 100;

    private const int MaxSignatureLength = 8 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The note as it is published.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes($"{Text}\n{string.Concat(Signatures.Select(signature => $"{signature}\n"))}");

    /// <summary>Reads a note. Nothing is verified yet: see <see cref="FindProblem"/>.</summary>
    /// <exception cref="LedgerFormatException">The bytes are not a note.</exception>
    public static SignedNote Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxLength)
        {
            throw new LedgerFormatException($"a note has at most {MaxLength} bytes, not {bytes.Length}");
        }

        var note = Decode(bytes);
        var split = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 1 || !note.EndsWith('\n') || note.Any(c => c < ' ' && c != '\n'))
        {
            throw new LedgerFormatException("a note is a text, a blank line and signature lines, without control characters");
        }

        var lines = note[(split + 2)..].Split('\n')[..^1];
        if (lines.Length is 0 or > MaxSignatures)
        {
            throw new LedgerFormatException($"a note has 1 to {MaxSignatures} signatures, not {lines.Length}");
        }

        return new SignedNote(note[..(split + 1)], [.. lines.Select(ParseSignature)]);
    }

    /// <summary>Verifies the note with one key.</summary>
    /// <returns>Null when the key's signature is there and valid; otherwise what is wrong. Signatures of other keys count for nothing.</returns>
    public string? FindProblem(NoteVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        var signatures = Signatures.Where(signature => signature.Name == verifier.Name && signature.KeyId == verifier.KeyId).ToList();
        if (signatures.Count == 0)
        {
            return $"no signature by the key {verifier.Name}+{verifier.KeyId:x8}";
        }

        return signatures.TrueForAll(signature => verifier.Verify(Text, signature.Signature.Span))
            ? null
            : $"the signature by the key {verifier.Name}+{verifier.KeyId:x8} does not fit the text";
    }

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new LedgerFormatException("a note is UTF-8 text", e);
        }
    }

    private static NoteSignature ParseSignature(string line)
    {
        var parts = line.Split(' ');
        if (parts is not ["—", { Length: > 0 } name, { Length: > 0 and <= MaxSignatureLength } encoded] || !NoteKey.IsName(name))
        {
            throw new LedgerFormatException("a signature line is an em dash, a key name and Base64, one blank between them");
        }

        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length) || length < 5 || Convert.ToBase64String(bytes, 0, length) != encoded)
        {
            throw new LedgerFormatException($"the signature of {name} is not the Base64 of at least 5 bytes");
        }

        return new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(4, length - 4));
    }
}
