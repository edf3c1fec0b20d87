using System.Buffers.Binary;
using System.Text;

namespace Assay.Data.Tests.Tokenization;

/// <summary>Writes small tables of replacements in SentencePiece's compiled form.</summary>
internal static class TinyCharsMap
{
    private const uint Leaf = 0x8000_0000;

    /// <param name="pairs">What is replaced, and by what.</param>
    public static byte[] Write(params (string From, string To)[] pairs)
    {
        var texts = new MemoryStream();
        var values = new Dictionary<string, uint>();
        foreach (var (from, to) in pairs)
        {
            values[from] = (uint)texts.Position;
            texts.Write(Encoding.UTF8.GetBytes(to + "\0"));
        }

        // Every node gets a block of 256 units: the unit of a child is its block's start exclusive-or its label.
        var prefixes = values.Keys.SelectMany(key => Enumerable.Range(0, key.Length + 1).Select(length => key[..length])).Distinct().OrderBy(key => key.Length).ToList();
        var units = new uint[(prefixes.Count + 1) * 256];
        uint Block(string prefix) => (uint)(prefixes.IndexOf(prefix) + 1) * 256;
        foreach (var prefix in prefixes)
        {
            var place = prefix.Length == 0 ? 0 : Block(prefix[..^1]) ^ prefix[^1];
            var offset = place ^ Block(prefix);
            units[place] = (offset << 10) | (prefix.Length == 0 ? 0u : prefix[^1]) | (values.ContainsKey(prefix) ? 1u << 8 : 0);
            if (values.TryGetValue(prefix, out var value))
            {
                units[Block(prefix)] = Leaf | value;
            }
        }

        var file = new byte[sizeof(uint) * (units.Length + 1)];
        BinaryPrimitives.WriteUInt32LittleEndian(file, (uint)(units.Length * sizeof(uint)));
        for (var i = 0; i < units.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan((i + 1) * sizeof(uint)), units[i]);
        }

        return [.. file, .. texts.ToArray()];
    }
}
