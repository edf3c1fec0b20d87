using Assay.Models.Engine.Native;
using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>Buffers that grow to the longest bin seen and are then reused, so that a training step allocates nothing of size.</summary>
/// <remarks>
/// A buffer is known by its role and block; the same role without a block is shared by all of them. What a view holds is undefined until written.
/// A view is valid until its role is asked for with other sizes; callers never dispose one.
/// </remarks>
internal sealed class BufferArena : IDisposable
{
    /// <summary>Block number of roles that all blocks share.</summary>
    public const int Shared = -1;

    private readonly Dictionary<(string Role, int Block), Slot> slots = [];

    /// <summary>Bytes held.</summary>
    public long Bytes => slots.Values.Sum(slot => slot.Storage.numel() * slot.Storage.element_size());

    /// <summary>A contiguous view of the wanted sizes.</summary>
    /// <param name="role">What it is for.</param>
    /// <param name="block">Block it belongs to, or <see cref="Shared"/>.</param>
    /// <param name="type">Element type, the same for all calls with this role.</param>
    /// <param name="rows">First size.</param>
    /// <param name="columns">Second size.</param>
    public Tensor Get(string role, int block, ScalarType type, long rows, long columns)
    {
        if (slots.TryGetValue((role, block), out var slot))
        {
            if (slot.Rows == rows && slot.Columns == columns)
            {
                return slot.View;
            }

            slot.View.Dispose();
        }

        long needed = rows * columns;
        if (slot is null || slot.Storage.numel() < needed)
        {
            slot?.Storage.Dispose();
            using var apart = LargeBlocks.Apart();
            slot = new Slot(empty(needed, type).DetachFromDisposeScope());
            slots[(role, block)] = slot;
        }

        using var part = slot.Storage.narrow(0, 0, needed);
        (slot.View, slot.Rows, slot.Columns) = (part.view(rows, columns).DetachFromDisposeScope(), rows, columns);
        return slot.View;
    }

    public void Dispose()
    {
        foreach (var slot in slots.Values)
        {
            slot.View.Dispose();
            slot.Storage.Dispose();
        }

        slots.Clear();
    }

    private sealed class Slot(Tensor storage)
    {
        public Tensor Storage { get; } = storage;

        public Tensor View { get; set; } = storage;

        public long Rows { get; set; } = -1;

        public long Columns { get; set; } = -1;
    }
}
