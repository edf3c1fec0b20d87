namespace Assay.Ledger.Checkpoints;

/// <summary>One signature line of a note.</summary>
/// <param name="Name">Name of the key.</param>
/// <param name="KeyId">First four bytes of the key's hash, big-endian.</param>
/// <param name="Signature">The bytes after the key id; their meaning depends on the key's algorithm.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature)
{
    /// <summary>The line, without its newline: em dash, name, Base64 of key id and signature.</summary>
    public override string ToString()
    {
        var bytes = new byte[4 + Signature.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Signature.CopyTo(bytes.AsMemory(4));
        return $"— {Name} {Convert.ToBase64String(bytes)}";
    }
}
