using System.Buffers.Binary;

namespace Assay.Ledger.Checkpoints;

/// <summary>A witness's statement: at this time, this checkpoint was consistent with all it had seen of the log before.</summary>
/// <remarks>C2SP tlog-cosignature.</remarks>
public static class Cosignature
{
    /// <summary>Cosigns the text of a checkpoint. The caller has checked that it extends the last one it signed.</summary>
    /// <param name="witness">A key of kind <see cref="NoteAlgorithm.Cosignature"/>.</param>
    /// <param name="text">Text of the checkpoint's note.</param>
    /// <param name="time">Now.</param>
    public static NoteSignature Sign(NoteSigner witness, string text, DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(witness);
        var seconds = time.ToUnixTimeSeconds();
        var signature = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(signature, seconds);
        signature = [.. signature, .. witness.SignRaw(NoteKey.CosignedText(seconds, text), NoteAlgorithm.Cosignature)];
        return new NoteSignature(witness.Verifier.Name, witness.Verifier.KeyId, signature);
    }

    /// <summary>The time a cosignature states.</summary>
    /// <exception cref="LedgerFormatException">The signature field is not a cosignature's 72 bytes.</exception>
    public static DateTimeOffset TimeOf(NoteSignature cosignature)
    {
        ArgumentNullException.ThrowIfNull(cosignature);
        var field = cosignature.Signature.Span;
        return field.Length == 72 && BinaryPrimitives.ReadInt64BigEndian(field) is >= 0 and <= 253_402_300_799 and var seconds
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new LedgerFormatException("a cosignature is 8 bytes of time and 64 bytes of signature");
    }
}
