using System.Text;
using System.Text.RegularExpressions;

namespace Assay.Data.Formats.Gguf;

/// <summary>Key-value pairs of a GGUF file in the order they are written.</summary>
public sealed partial class GgufMetadata
{
    private readonly Dictionary<string, Action<BinaryWriter>> values = new(StringComparer.Ordinal);

    private enum Kind : uint
    {
        UInt32 = 4,
        Int32 = 5,
        Float32 = 6,
        Bool = 7,
        String = 8,
        Array = 9,
    }

    /// <summary>Number of pairs.</summary>
    public int Count => values.Count;

    /// <summary>Adds a count.</summary>
    /// <exception cref="ArgumentException">The key is not lower case with dots, or occurs twice. So for every overload.</exception>
    public void Add(string key, uint value) => Add(key, Kind.UInt32, writer => writer.Write(value));

    /// <summary>Adds a number.</summary>
    public void Add(string key, float value) => Add(key, Kind.Float32, writer => writer.Write(value));

    /// <summary>Adds a flag.</summary>
    public void Add(string key, bool value) => Add(key, Kind.Bool, writer => writer.Write(value));

    /// <summary>Adds a text.</summary>
    public void Add(string key, string value) => Add(key, Kind.String, writer => Write(writer, value));

    /// <summary>Adds a list of texts.</summary>
    public void Add(string key, IReadOnlyList<string> items) => AddArray(key, Kind.String, items, Write);

    /// <summary>Adds a list of whole numbers.</summary>
    public void Add(string key, IReadOnlyList<int> items) => AddArray(key, Kind.Int32, items, (writer, item) => writer.Write(item));

    /// <summary>Adds a list of numbers.</summary>
    public void Add(string key, IReadOnlyList<float> items) => AddArray(key, Kind.Float32, items, (writer, item) => writer.Write(item));

    internal void WriteTo(BinaryWriter writer)
    {
        foreach (var (key, write) in values)
        {
            Write(writer, key);
            write(writer);
        }
    }

    internal static void Write(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private void AddArray<T>(string key, Kind kind, IReadOnlyList<T> items, Action<BinaryWriter, T> write) => Add(key, Kind.Array, writer =>
    {
        writer.Write((uint)kind);
        writer.Write((ulong)items.Count);
        foreach (var item in items)
        {
            write(writer, item);
        }
    });

    private void Add(string key, Kind kind, Action<BinaryWriter> write)
    {
        bool added = Form().IsMatch(key) && values.TryAdd(key, writer =>
        {
            writer.Write((uint)kind);
            write(writer);
        });
        if (!added)
        {
            throw new ArgumentException($"The key '{key}' occurs twice or is not lower case with dots between its parts.", nameof(key));
        }
    }

    [GeneratedRegex(@"^[a-z0-9_]+(\.[a-z0-9_]+)*\z")]
    private static partial Regex Form();
}
