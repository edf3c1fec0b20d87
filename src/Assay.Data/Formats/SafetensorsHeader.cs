using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Assay.Data.Formats;

/// <summary>The checked header of a safetensors file.</summary>
/// <param name="DataBegin">Offset in the file of the first data byte.</param>
/// <param name="Tensors">All tensors in the order of their bytes, without gaps or overlaps up to the end of the file.</param>
/// <param name="Metadata">The <c>__metadata__</c> strings.</param>
/// <remarks>Format: the safetensors README of Hugging Face. Stricter than its reader where the file could only be a mistake or an attack.</remarks>
public sealed record SafetensorsHeader(long DataBegin, IReadOnlyList<TensorEntry> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    private const int LengthField = 8;
    private const long LargestHeader = 100_000_000;
    private const int LongestName = 1024;
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 3, CommentHandling = JsonCommentHandling.Disallow };

    /// <summary>The header length that the first 8 bytes state, checked against the file's size.</summary>
    /// <param name="head">The first bytes of the file, as many as there are up to 64.</param>
    /// <param name="fileLength">Size of the whole file in bytes.</param>
    /// <exception cref="InvalidSafetensorsException">The file is something else or lies about its size.</exception>
    public static int ReadLength(ReadOnlySpan<byte> head, long fileLength)
    {
        if (head.StartsWith("version https://git-lfs"u8))
        {
            throw new InvalidSafetensorsException("The file is a Git LFS pointer, not the weights. Fetch the real file and try again.");
        }

        if (head.StartsWith("PK\x03\x04"u8) || (head.Length > 1 && head[0] == 0x80 && head[1] is >= 2 and <= 5 && (head.Length < 8 || head[7] != 0)))
        {
            throw new InvalidSafetensorsException("The file is a pickle, which can run code when it is opened. Only safetensors files are read.");
        }

        if (fileLength < LengthField || head.Length < LengthField)
        {
            throw new InvalidSafetensorsException($"The file has {fileLength} bytes; a safetensors file has at least {LengthField}.");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(head);
        if (length > LargestHeader)
        {
            throw new InvalidSafetensorsException($"The header claims {length} bytes; at most {LargestHeader} are read.");
        }

        if ((long)length > fileLength - LengthField)
        {
            throw new InvalidSafetensorsException($"The header claims {length} bytes, but the file has only {fileLength - LengthField} after the length field.");
        }

        return (int)length;
    }

    /// <summary>Parses and checks the header text.</summary>
    /// <param name="text">The header, exactly as long as <see cref="ReadLength"/> said.</param>
    /// <param name="fileLength">Size of the whole file in bytes.</param>
    /// <exception cref="InvalidSafetensorsException">Anything about the header is not as the format demands.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> text, long fileLength)
    {
        if (text.IsEmpty || text[0] != (byte)'{')
        {
            throw new InvalidSafetensorsException("The header does not start with '{'.");
        }

        if (!Utf8.IsValid(text))
        {
            throw new InvalidSafetensorsException("The header is not valid UTF-8.");
        }

        try
        {
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            var tensors = ReadEntries(text, metadata);
            long dataBegin = LengthField + text.Length;
            return new SafetensorsHeader(dataBegin, InByteOrder(tensors, fileLength - dataBegin), metadata);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidSafetensorsException($"The header is not the JSON that safetensors prescribes: {error.Message}", error);
        }
    }

    private static List<TensorEntry> ReadEntries(ReadOnlySpan<byte> text, Dictionary<string, string> metadata)
    {
        var tensors = new List<TensorEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(text, Strict);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (Encoding.UTF8.GetByteCount(name) > LongestName)
            {
                throw new InvalidSafetensorsException($"A tensor name is longer than {LongestName} bytes: '{name[..40]}…'.");
            }

            if (!names.Add(name))
            {
                throw new InvalidSafetensorsException($"The name '{name}' occurs twice.");
            }

            reader.Read();
            if (name == "__metadata__")
            {
                ReadMetadata(ref reader, metadata);
            }
            else
            {
                tensors.Add(ReadEntry(ref reader, name));
            }
        }

        // Reading once more lets the reader itself refuse anything but blanks behind the closing brace.
        return reader.Read() ? throw new InvalidSafetensorsException("Text follows the header's closing brace.") : tensors;
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, Dictionary<string, string> metadata)
    {
        Expect(reader, JsonTokenType.StartObject, "__metadata__");
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            Expect(reader, JsonTokenType.String, $"__metadata__.{key}");
            if (!metadata.TryAdd(key, reader.GetString()!))
            {
                throw new InvalidSafetensorsException($"The metadata key '{key}' occurs twice.");
            }
        }
    }

    private static TensorEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        Expect(reader, JsonTokenType.StartObject, name);
        TensorDtype? dtype = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            string field = reader.GetString()!;
            reader.Read();
            switch (field)
            {
                case "dtype" when dtype is null:
                    Expect(reader, JsonTokenType.String, $"{name}.dtype");
                    dtype = TensorDtypes.Parse(reader.GetString()!)
                        ?? throw new InvalidSafetensorsException($"Tensor '{name}' has the unknown dtype '{reader.GetString()}'.");
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, name, field);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, name, field);
                    break;
                default:
                    throw new InvalidSafetensorsException($"Tensor '{name}' has a repeated or unknown field '{field}'.");
            }
        }

        if (dtype is not { } type || shape is null || offsets is not { Count: 2 })
        {
            throw new InvalidSafetensorsException($"Tensor '{name}' lacks dtype, shape or two data_offsets.");
        }

        var entry = new TensorEntry(name, type, shape, offsets[0], offsets[1]);
        long expected = ByteCount(entry);
        return entry.End >= entry.Begin && entry.Length == expected
            ? entry
            : throw new InvalidSafetensorsException($"Tensor '{name}' needs {expected} bytes, but its offsets are {entry.Begin} and {entry.End}.");
    }

    private static List<long> ReadNumbers(ref Utf8JsonReader reader, string name, string field)
    {
        Expect(reader, JsonTokenType.StartArray, $"{name}.{field}");
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            Expect(reader, JsonTokenType.Number, $"{name}.{field}");
            if (!reader.TryGetInt64(out long number) || number < 0)
            {
                throw new InvalidSafetensorsException($"Tensor '{name}' has a {field} entry that is no count from 0 to 2^63 − 1.");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static long ByteCount(TensorEntry entry)
    {
        try
        {
            long bytes = entry.Dtype.Size();
            foreach (long size in entry.Shape)
            {
                bytes = checked(bytes * size);
            }

            return bytes;
        }
        catch (OverflowException error)
        {
            throw new InvalidSafetensorsException($"The shape of tensor '{entry.Name}' overflows.", error);
        }
    }

    private static TensorEntry[] InByteOrder(List<TensorEntry> tensors, long dataLength)
    {
        var ordered = tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End).ToArray();
        long end = 0;
        foreach (var tensor in ordered)
        {
            if (tensor.Begin != end)
            {
                throw new InvalidSafetensorsException($"Tensor '{tensor.Name}' begins at {tensor.Begin}, but the bytes before it end at {end}: gaps and overlaps are refused.");
            }

            end = tensor.End;
        }

        return end == dataLength
            ? ordered
            : throw new InvalidSafetensorsException($"The tensors end at {end}, but the file holds {dataLength} data bytes.");
    }

    private static void Expect(in Utf8JsonReader reader, JsonTokenType type, string where)
    {
        if (reader.TokenType != type)
        {
            throw new InvalidSafetensorsException($"'{where}' should be {type}, but is {reader.TokenType}.");
        }
    }
}
