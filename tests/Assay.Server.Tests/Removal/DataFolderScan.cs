using System.Buffers.Binary;
using System.Text;

namespace Assay.Server.Tests.Removal;

/// <summary>Looks for a text and its token ids in every file of a data folder, in the forms that files of ours hold them.</summary>
internal static class DataFolderScan
{
    /// <summary>Each finding as "form in file".</summary>
    public static List<string> Find(string folder, string text, IReadOnlyList<int>? tokens = null)
    {
        var needles = new List<(string Form, byte[] Bytes)>
        {
            ("UTF-8", Encoding.UTF8.GetBytes(text)),
            ("UTF-16", Encoding.Unicode.GetBytes(text)),
            ("UTF-16 big-endian", Encoding.BigEndianUnicode.GetBytes(text)),
        };
        if (tokens is not null)
        {
            needles.Add(("token ids in 16 bits", Pack(tokens, sizeof(ushort))));
            needles.Add(("token ids in 32 bits", Pack(tokens, sizeof(int))));
            needles.Add(("token ids in 64 bits", Pack(tokens, sizeof(long))));
            needles.Add(("token ids as varints", [.. tokens.SelectMany(Varint)]));
            needles.Add(("token ids as JSON", Encoding.ASCII.GetBytes(string.Join(',', tokens))));
        }

        return [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "lock").SelectMany(path =>
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            file.CopyTo(content);
            return needles.Where(needle => content.GetBuffer().AsSpan(0, (int)content.Length).IndexOf(needle.Bytes) >= 0)
                .Select(needle => $"{needle.Form} in {Path.GetRelativePath(folder, path)}").ToList();
        })];
    }

    private static byte[] Pack(IReadOnlyList<int> tokens, int size)
    {
        var bytes = new byte[tokens.Count * size];
        Span<byte> whole = stackalloc byte[sizeof(long)];
        for (var i = 0; i < tokens.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(whole, tokens[i]);
            whole[..size].CopyTo(bytes.AsSpan(i * size));
        }

        return bytes;
    }

    private static IEnumerable<byte> Varint(int value)
    {
        var left = (uint)value;
        for (; left >= 0x80; left >>= 7)
        {
            yield return (byte)(left | 0x80);
        }

        yield return (byte)left;
    }
}
