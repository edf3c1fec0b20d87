using System.Text;

namespace Assay.Data.Formats.Gguf;

/// <summary>Writes GGUF files, version 3, little-endian. Tensors pass through one at a time in pieces, so a model never lies in memory as a whole.</summary>
/// <remarks>Format: docs/gguf.md of ggml.</remarks>
public static class GgufWriter
{
    private const uint Version = 3;
    private const int Alignment = 32; // the default; readers assume it when general.alignment is absent
    private const int LongestName = 64;

    /// <summary>Writes <paramref name="path"/> durably: a crash leaves either the old file or the whole new one.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="metadata">Key-value pairs.</param>
    /// <param name="tensors">In the order they are written; names must differ.</param>
    /// <exception cref="ArgumentException">A name is too long or occurs twice, or a tensor handed over another number of elements than its shape has.</exception>
    /// <exception cref="OverflowException">A value does not fit its type; the message names the tensor.</exception>
    public static void Write(string path, GgufMetadata metadata, IReadOnlyList<GgufTensor> tensors)
    {
        Check(tensors);
        DurableFile.Write(path, stream =>
        {
            using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
            writer.Write("GGUF"u8);
            writer.Write(Version);
            writer.Write((ulong)tensors.Count);
            writer.Write((ulong)metadata.Count);
            metadata.WriteTo(writer);
            WriteInfos(writer, tensors);
            writer.Flush();
            Pad(stream);
            foreach (var tensor in tensors)
            {
                WriteData(stream, tensor);
                Pad(stream);
            }
        });
    }

    private static void Check(IReadOnlyList<GgufTensor> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            if (Encoding.UTF8.GetByteCount(tensor.Name) > LongestName || !names.Add(tensor.Name) || tensor.Shape.Count is < 1 or > 4)
            {
                throw new ArgumentException($"Tensor '{tensor.Name}': names have at most {LongestName} bytes and occur once, shapes have 1 to 4 sizes.", nameof(tensors));
            }

            if (tensor.Type is GgufType.Q8_0 && tensor.Shape[^1] % GgufElements.Block != 0)
            {
                throw new ArgumentException($"Tensor '{tensor.Name}' has rows of {tensor.Shape[^1]} elements, which are no whole Q8_0 blocks.", nameof(tensors));
            }
        }
    }

    private static void WriteInfos(BinaryWriter writer, IReadOnlyList<GgufTensor> tensors)
    {
        long offset = 0;
        foreach (var tensor in tensors)
        {
            GgufMetadata.Write(writer, tensor.Name);
            writer.Write((uint)tensor.Shape.Count);
            foreach (long size in tensor.Shape.Reverse())
            {
                writer.Write((ulong)size);
            }

            writer.Write((uint)tensor.Type);
            writer.Write((ulong)offset);
            offset += Aligned(GgufElements.Bytes(tensor.Type, tensor.Elements));
        }
    }

    private static void WriteData(Stream stream, GgufTensor tensor)
    {
        long written = 0;
        byte[] buffer = [];
        try
        {
            tensor.Rows(values =>
            {
                int bytes = checked((int)GgufElements.Bytes(tensor.Type, values.Length));
                if (buffer.Length < bytes)
                {
                    buffer = new byte[bytes];
                }

                GgufElements.Encode(values, tensor.Type, buffer.AsSpan(0, bytes));
                stream.Write(buffer, 0, bytes);
                written += values.Length;
            });
        }
        catch (OverflowException error)
        {
            throw new OverflowException($"Tensor '{tensor.Name}': {error.Message} Choose bf16 or f32.", error);
        }

        if (written != tensor.Elements)
        {
            throw new ArgumentException($"Tensor '{tensor.Name}' has {tensor.Elements} elements by its shape, but {written} were handed over.", nameof(tensor));
        }
    }

    private static long Aligned(long position) => (position + Alignment - 1) / Alignment * Alignment;

    private static void Pad(Stream stream) => stream.Write(new byte[Aligned(stream.Position) - stream.Position]);
}
