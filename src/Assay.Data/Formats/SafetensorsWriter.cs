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
    public static void Write(string path, IEnumerable<TensorContent> tensors) => Write(path, tensors.Select(tensor =>
        new StreamedTensor(tensor.Name, tensor.Dtype, tensor.Shape, stream => stream.Write(tensor.Bytes.Span)) is var streamed && tensor.Bytes.Length == streamed.Length
            ? streamed
            : throw new ArgumentException($"Tensor '{tensor.Name}' has {tensor.Bytes.Length} bytes, but its shape needs {streamed.Length}.", nameof(tensors))).ToList());

    /// <summary>Writes in the same way tensors that are made one after the other.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">Any order; names must differ.</param>
    /// <exception cref="ArgumentException">A name occurs twice, or a tensor wrote another number of bytes than its shape implies.</exception>
    public static void Write(string path, IReadOnlyCollection<StreamedTensor> tensors)
    {
        var ordered = tensors.OrderByDescending(tensor => tensor.Dtype.Size()).ThenBy(tensor => tensor.Name, StringComparer.Ordinal).ToArray();
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (Array.Find(ordered, tensor => !names.Add(tensor.Name)) is { } twice)
        {
            throw new ArgumentException($"The name '{twice.Name}' occurs twice.", nameof(tensors));
        }

        byte[] header = Header(ordered);
        DurableFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var tensor in ordered)
            {
                long begin = stream.Position;
                tensor.Write(stream);
                if (stream.Position - begin != tensor.Length)
                {
                    throw new ArgumentException($"Tensor '{tensor.Name}' wrote {stream.Position - begin} bytes, but its shape needs {tensor.Length}.", nameof(tensors));
                }
            }
        });
    }

    private static byte[] Header(StreamedTensor[] tensors)
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
                WriteNumbers(writer, "data_offsets", [begin, begin + tensor.Length]);
                writer.WriteEndObject();
                begin += tensor.Length;
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
