using System.Buffers;
using System.Runtime.InteropServices;

namespace Assay.Models.Engine.Native;

/// <summary>Bytes outside the managed heap, for data that lives as long as a model: in the heap they would hold back the space of whatever was collected around them.</summary>
/// <remarks>Whoever makes one disposes it: a finaliser could free it under a span that is still in use.</remarks>
internal sealed unsafe class NativeBytes : MemoryManager<byte>
{
    private readonly int length;
    private byte* address;

    /// <param name="content">Copied.</param>
    public NativeBytes(ReadOnlySpan<byte> content)
    {
        length = content.Length;
        address = (byte*)NativeMemory.Alloc((nuint)length);
        GC.AddMemoryPressure(length);
        content.CopyTo(GetSpan());
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => address != null || length == 0 ? new(address, length) : throw new ObjectDisposedException(nameof(NativeBytes));

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)length);
        return new MemoryHandle(address + elementIndex, default, this);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (address != null)
        {
            NativeMemory.Free(address);
            address = null;
            GC.RemoveMemoryPressure(length);
        }
    }
}
