using System.Buffers.Binary;
using System.Text;

namespace Assay.Data.Tests.Tokenization;

/// <summary>Writes small SentencePiece models.</summary>
internal static class TinySentencePiece
{
    public const int Unigram = 1;
    public const int BytePairs = 2;

    /// <summary>Entries that every model begins with.</summary>
    public static readonly (string, float, int)[] Head = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3)];

    public static IEnumerable<(string, float, int)> Bytes => Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 0f, 6));

    /// <param name="modelType">1 unigram, 2 byte pairs.</param>
    /// <param name="pieces">Spelling, score, type.</param>
    /// <param name="byteFallback">Whether unknown characters become bytes.</param>
    /// <param name="normalizer">Options of the normaliser by field number: 3 dummy prefix, 4 removal of blanks, 5 marks for blanks.</param>
    /// <param name="charsMap">Compiled replacements.</param>
    public static byte[] Write(
        int modelType, IEnumerable<(string Text, float Score, int Type)> pieces, bool byteFallback = false, (int Field, bool Value)[]? normalizer = null, byte[]? charsMap = null)
    {
        List<byte> file = [];
        foreach (var (text, score, type) in pieces)
        {
            List<byte> piece = [];
            Field(piece, 1, Encoding.UTF8.GetBytes(text));
            piece.Add((2 << 3) | 5);
            var bits = new byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(bits, score);
            piece.AddRange(bits);
            Field(piece, 3, type);
            Field(file, 1, [.. piece]);
        }

        List<byte> trainer = [];
        Field(trainer, 3, modelType);
        Field(trainer, 35, byteFallback ? 1 : 0);
        Field(file, 2, [.. trainer]);
        List<byte> options = [];
        Field(options, 1, "identity"u8.ToArray());
        Field(options, 2, charsMap ?? []);
        foreach (var (number, value) in normalizer ?? [(4, false)])
        {
            Field(options, number, value ? 1 : 0);
        }

        Field(file, 3, [.. options]);
        return [.. file];
    }

    private static void Field(List<byte> message, int number, int value)
    {
        Varint(message, number << 3);
        Varint(message, value);
    }

    private static void Field(List<byte> message, int number, byte[] bytes)
    {
        Varint(message, (number << 3) | 2);
        Varint(message, bytes.Length);
        message.AddRange(bytes);
    }

    private static void Varint(List<byte> message, int value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            message.Add((byte)(value | 0x80));
        }

        message.Add((byte)value);
    }
}
