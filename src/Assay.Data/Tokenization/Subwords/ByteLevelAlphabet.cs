using System.Text;

namespace Assay.Data.Tokenization.Subwords;

/// <summary>The one printable character that byte-level vocabularies write for each byte.</summary>
/// <remarks>Printable Latin-1 bytes stand for themselves, the other 68 take U+0100 onwards in byte order (GPT-2, Radford et al. 2019).</remarks>
internal static class ByteLevelAlphabet
{
    private static readonly char[] Chars = MakeChars();
    private static readonly short[] Bytes = MakeBytes();

    public static char CharOf(byte value) => Chars[value];

    /// <summary>The byte that a character stands for, or −1.</summary>
    public static int ByteOf(char value) => value < Bytes.Length ? Bytes[value] : -1;

    /// <summary>The byte-level spelling of a text's UTF-8 bytes.</summary>
    public static string Spell(string text) =>
        string.Create(Encoding.UTF8.GetByteCount(text), text, static (target, source) =>
        {
            var bytes = Encoding.UTF8.GetBytes(source);
            for (var i = 0; i < bytes.Length; i++)
            {
                target[i] = Chars[bytes[i]];
            }
        });

    /// <summary>The bytes a spelling stands for; a spelling with a character outside the alphabet stands for its own UTF-8 bytes.</summary>
    public static byte[] BytesOf(string spelling)
    {
        var bytes = new byte[spelling.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = ByteOf(spelling[i]);
            if (value < 0)
            {
                return Encoding.UTF8.GetBytes(spelling);
            }

            bytes[i] = (byte)value;
        }

        return bytes;
    }

    private static char[] MakeChars()
    {
        var chars = new char[256];
        var next = (char)256;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            chars[value] = printable ? (char)value : next++;
        }

        return chars;
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[256 + 68];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
        {
            bytes[Chars[value]] = (short)value;
        }

        return bytes;
    }
}
