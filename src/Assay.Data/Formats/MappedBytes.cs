using System.Buffers;

namespace Assay.Data.Formats;

/// <summary>Bytes of a mapped file as memory that can be kept in a record. Reading after the file was disposed throws.</summary>
internal sealed unsafe class MappedBytes(SafetensorsFile file, TensorEntry entry) : MemoryManager<byte>
{
    public override Span<byte> GetSpan() => new((void*)file.Address(entry), (int)entry.Length);

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)file.Address(entry) + elementIndex);

    public override void Unpin()
    {
        // The mapping never moves.
    }

    protected override void Dispose(bool disposing)
    {
        // The file owns the mapping.
    }
}
