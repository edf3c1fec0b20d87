using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Ledger.Checkpoints;

/// <summary>The rules that signers and verifiers share.</summary>
internal static class NoteKey
{
    /// <summary>A key name has no blank and no plus: both separate fields.</summary>
    public static bool IsName(string name) => name.Length is >= 1 and <= 255 && !name.Any(c => c == '+' || char.IsWhiteSpace(c) || char.IsControl(c));

    public static uint Id(string name, NoteAlgorithm algorithm, ReadOnlySpan<byte> publicKey) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', (byte)algorithm, .. publicKey]));

    public static byte[] CosignedText(long time, string text) =>
        Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"cosignature/v1\ntime {time}\n{text}"));
}
