using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Assay.Data.Formats;

/// <summary>Writes safetensors files. The same tensors always give the same bytes.</summary>
public static class SafetensorsWriter
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes <paramref name="path"/> durably: a crash leaves either the old file or the whole new one.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">Any order; names must differ and sizes agree with shapes.</param>
    /// <exception cref="ArgumentException">A name occurs twice, or bytes and shape disagree.</exception>
    public static void Write(string path, IEnumerable<TensorContent> tensors)
    {
        var ordered = tensors.OrderByDescending(tensor => tensor.Dtype.Size()).ThenBy(tensor => tensor.Name, StringComparer.Ordinal).ToArray();
        Check(ordered);
        byte[] header = Header(ordered);
        DurableFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var tensor in ordered)
            {
                stream.Write(tensor.Bytes.Span);
            }
        });
    }

    private static void Check(TensorContent[] tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            long expected = tensor.Shape.Aggregate((long)tensor.Dtype.Size(), (bytes, size) => checked(bytes * size));
            if (tensor.Bytes.Length != expected || !names.Add(tensor.Name))
            {
                throw new ArgumentException($"Tensor '{tensor.Name}' has {tensor.Bytes.Length} bytes, its shape needs {expected}, and its name must occur once.", nameof(tensors));
            }
        }
    }

    private static byte[] Header(TensorContent[] tensors)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("__metadata__");
            writer.WriteString("format", "pt");
            writer.WriteEndObject();
            long begin = 0;
            foreach (var tensor in tensors)
            {
                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype", tensor.Dtype.FileName());
                WriteNumbers(writer, "shape", tensor.Shape);
                WriteNumbers(writer, "data_offsets", [begin, begin + tensor.Bytes.Length]);
                writer.WriteEndObject();
                begin += tensor.Bytes.Length;
            }

            writer.WriteEndObject();
        }

        // Blanks up to a multiple of 8 keep every tensor aligned for zero-copy readers.
        buffer.Write("        "u8[..(int)(-buffer.Length & 7)]);
        return buffer.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, IEnumerable<long> numbers)
    {
        writer.WriteStartArray(name);
        foreach (long number in numbers)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }
}
