using System.Text;

namespace Assay.Data.Formats.Gguf;

/// <summary>A GGUF file, version 2 or 3, opened for reading its tensors. Metadata are walked over.</summary>
/// <remarks>Format: docs/gguf.md of ggml. Not safe for concurrent reading.</remarks>
public sealed class GgufFile : IDisposable
{
    private const int MostTensors = 1 << 20;
    private const int LongestText = 1 << 24;
    private const int DeepestArray = 4;

    private readonly FileStream stream;
    private readonly Dictionary<string, Place> places = new(StringComparer.Ordinal);
    private long dataBegin;

    private GgufFile(FileStream stream) => this.stream = stream;

    /// <summary>Names of the tensors.</summary>
    public IReadOnlyCollection<string> Names => places.Keys;

    /// <summary>Opens a file and reads where its tensors lie.</summary>
    /// <exception cref="InvalidGgufException">It is no GGUF file that can be read.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static GgufFile Open(string path)
    {
        var file = new GgufFile(File.OpenRead(path));
        try
        {
            file.ReadHeader();
            return file;
        }
        catch (Exception unreadable) when (unreadable is EndOfStreamException or DecoderFallbackException or OverflowException)
        {
            file.Dispose();
            throw new InvalidGgufException($"'{Path.GetFileName(path)}' ends or breaks off in its header.", unreadable);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>All elements of a tensor, widened to fp32.</summary>
    /// <param name="name">A tensor of the file.</param>
    /// <param name="shape">The sizes it must have, outermost first.</param>
    /// <exception cref="InvalidGgufException">There is no such tensor, it has another shape or a type that is not read, or the file is too short.</exception>
    public float[] Floats(string name, IReadOnlyList<long> shape)
    {
        if (!places.TryGetValue(name, out var place) || !place.Shape.SequenceEqual(shape))
        {
            throw new InvalidGgufException($"The file has no tensor '{name}' of shape [{string.Join(", ", shape)}].");
        }

        float[] values = new float[shape.Aggregate(1L, (count, size) => checked(count * size))];
        long bytes = GgufElements.Bytes(place.Type, values.Length);
        if (dataBegin + place.Offset + bytes > stream.Length)
        {
            throw new InvalidGgufException($"The file ends within the tensor '{name}'.");
        }

        stream.Position = dataBegin + place.Offset;
        const int Piece = 1 << 20; // elements; whole blocks
        byte[] buffer = new byte[GgufElements.Bytes(place.Type, Math.Min(Piece, values.Length))];
        for (int start = 0; start < values.Length; start += Piece)
        {
            var piece = values.AsSpan(start, Math.Min(Piece, values.Length - start));
            var stored = buffer.AsSpan(0, (int)GgufElements.Bytes(place.Type, piece.Length));
            stream.ReadExactly(stored);
            GgufElements.Decode(stored, place.Type, piece);
        }

        return values;
    }

    public void Dispose() => stream.Dispose();

    private void ReadHeader()
    {
        using var reader = new BinaryReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true), leaveOpen: true);
        if (!reader.ReadBytes(4).AsSpan().SequenceEqual("GGUF"u8) || reader.ReadUInt32() is not (2 or 3))
        {
            throw new InvalidGgufException("The file does not begin as GGUF version 2 or 3.");
        }

        ulong tensors = reader.ReadUInt64();
        ulong pairs = reader.ReadUInt64();
        if (tensors > MostTensors || pairs > MostTensors)
        {
            throw new InvalidGgufException($"The file claims {tensors} tensors and {pairs} pairs; at most {MostTensors} of each are read.");
        }

        uint alignment = 32;
        for (ulong pair = 0; pair < pairs; pair++)
        {
            string key = Text(reader);
            uint kind = reader.ReadUInt32();
            if (key == "general.alignment" && kind == 4)
            {
                alignment = reader.ReadUInt32();
            }
            else
            {
                Skip(reader, kind, 0);
            }
        }

        for (ulong tensor = 0; tensor < tensors; tensor++)
        {
            ReadPlace(reader);
        }

        if (alignment is 0 or > (1 << 20))
        {
            throw new InvalidGgufException($"The file aligns its tensors to {alignment} bytes.");
        }

        dataBegin = (stream.Position + alignment - 1) / alignment * alignment;
    }

    private void ReadPlace(BinaryReader reader)
    {
        string name = Text(reader);
        uint axes = reader.ReadUInt32();
        if (axes is 0 or > 4)
        {
            throw new InvalidGgufException($"The tensor '{name}' has {axes} sizes; 1 to 4 are read.");
        }

        long[] sizes = new long[axes];
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            sizes[^(axis + 1)] = checked((long)reader.ReadUInt64());
        }

        var type = (GgufType)reader.ReadUInt32();
        long offset = checked((long)reader.ReadUInt64());
        if (!Enum.IsDefined(type) || !places.TryAdd(name, new Place(sizes, type, offset)))
        {
            throw new InvalidGgufException($"The tensor '{name}' occurs twice or has the type {(uint)type}; F32, F16, BF16 and Q8_0 are read.");
        }
    }

    private void Skip(BinaryReader reader, uint kind, int depth)
    {
        switch (kind)
        {
            case 8:
                Text(reader);
                break;
            case 9 when depth < DeepestArray:
                uint each = reader.ReadUInt32();
                ulong count = reader.ReadUInt64();
                if (count > (ulong)stream.Length)
                {
                    throw new InvalidGgufException($"A list claims {count} items, more than the file has bytes.");
                }

                for (ulong item = 0; item < count; item++)
                {
                    Skip(reader, each, depth + 1);
                }

                break;
            default:
                int bytes = kind switch
                {
                    0 or 1 or 7 => 1,
                    2 or 3 => 2,
                    4 or 5 or 6 => 4,
                    10 or 11 or 12 => 8,
                    _ => throw new InvalidGgufException($"A value has the type {kind}, which GGUF does not know."),
                };
                if (reader.ReadBytes(bytes).Length < bytes)
                {
                    throw new EndOfStreamException();
                }

                break;
        }
    }

    private static string Text(BinaryReader reader)
    {
        ulong length = reader.ReadUInt64();
        if (length > LongestText)
        {
            throw new InvalidGgufException($"A text claims {length} bytes; at most {LongestText} are read.");
        }

        byte[] bytes = reader.ReadBytes((int)length);
        return bytes.Length == (int)length ? new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes) : throw new EndOfStreamException();
    }

    private sealed record Place(long[] Shape, GgufType Type, long Offset);
}
