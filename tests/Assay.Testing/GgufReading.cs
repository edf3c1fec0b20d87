using System.Text;

namespace Assay.Testing;

/// <summary>A second, independent reader of GGUF files, for tests only: it trusts nothing of the writer and reads by the format's document.</summary>
public sealed class GgufReading
{
    private readonly Dictionary<string, (uint Type, ulong Offset)> places = [];
    private readonly byte[] bytes;
    private readonly long dataBegin;

    private GgufReading(byte[] bytes)
    {
        this.bytes = bytes;
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        Magic = Encoding.ASCII.GetString(reader.ReadBytes(4));
        Version = reader.ReadUInt32();
        ulong tensors = reader.ReadUInt64();
        ulong pairs = reader.ReadUInt64();
        for (ulong pair = 0; pair < pairs; pair++)
        {
            string key = Text(reader);
            uint type = reader.ReadUInt32();
            Types.Add(key, type);
            Values.Add(key, Value(reader, type));
        }

        for (ulong tensor = 0; tensor < tensors; tensor++)
        {
            string name = Text(reader);
            long[] sizes = new long[reader.ReadUInt32()];
            for (int axis = 0; axis < sizes.Length; axis++)
            {
                sizes[axis] = (long)reader.ReadUInt64();
            }

            Shapes.Add(name, [.. sizes.Reverse()]);
            places.Add(name, (reader.ReadUInt32(), reader.ReadUInt64()));
        }

        dataBegin = (reader.BaseStream.Position + 31) / 32 * 32;
    }

    public string Magic { get; }

    public uint Version { get; }

    /// <summary>Values by key.</summary>
    public Dictionary<string, object> Values { get; } = [];

    /// <summary>Value types by key, as numbers of the format.</summary>
    public Dictionary<string, uint> Types { get; } = [];

    /// <summary>Sizes by tensor, outermost first.</summary>
    public Dictionary<string, long[]> Shapes { get; } = [];

    public static GgufReading Of(string path) => new(File.ReadAllBytes(path));

    /// <summary>A tensor's type as a number of the format.</summary>
    public uint TypeOf(string name) => places[name].Type;

    /// <summary>Where a tensor's data begin, from the first data byte.</summary>
    public ulong OffsetOf(string name) => places[name].Offset;

    /// <summary>Bytes after the data of a tensor, up to the end of the file.</summary>
    public long BytesFrom(string name) => bytes.Length - dataBegin - (long)places[name].Offset;

    /// <summary>A tensor's elements as fp32.</summary>
    public float[] Floats(string name)
    {
        var (type, offset) = places[name];
        float[] values = new float[Shapes[name].Aggregate(1L, (count, size) => count * size)];
        int at = (int)(dataBegin + (long)offset);
        for (int index = 0; index < values.Length; index++)
        {
            values[index] = type switch
            {
                0 => BitConverter.ToSingle(bytes, at + (4 * index)),
                1 => (float)BitConverter.ToHalf(bytes, at + (2 * index)),
                30 => BitConverter.Int32BitsToSingle(BitConverter.ToUInt16(bytes, at + (2 * index)) << 16),
                8 => (float)BitConverter.ToHalf(bytes, at + (index / 32 * 34)) * (sbyte)bytes[at + (index / 32 * 34) + 2 + (index % 32)],
                _ => throw new NotSupportedException($"type {type}"),
            };
        }

        return values;
    }

    private static object Value(BinaryReader reader, uint type) => type switch
    {
        4 => reader.ReadUInt32(),
        5 => reader.ReadInt32(),
        6 => reader.ReadSingle(),
        7 => reader.ReadByte() switch
        {
            0 => false,
            1 => true,
            var other => throw new InvalidDataException($"a flag of {other}"),
        },
        8 => Text(reader),
        9 => Items(reader),
        _ => throw new NotSupportedException($"value type {type}"),
    };

    private static object[] Items(BinaryReader reader)
    {
        uint type = reader.ReadUInt32();
        object[] items = new object[reader.ReadUInt64()];
        for (int index = 0; index < items.Length; index++)
        {
            items[index] = Value(reader, type);
        }

        return items;
    }

    private static string Text(BinaryReader reader) => Encoding.UTF8.GetString(reader.ReadBytes((int)reader.ReadUInt64()));
}
