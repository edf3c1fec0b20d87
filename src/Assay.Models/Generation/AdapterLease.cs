using Assay.Models.Engine.Decode;

namespace Assay.Models.Generation;

/// <summary>An adapter that stays loaded until this is disposed.</summary>
public sealed class AdapterLease : IDisposable
{
    private readonly AdapterShelf shelf;
    private readonly AdapterShelf.Item item;
    private int returned;

    internal AdapterLease(AdapterShelf shelf, AdapterShelf.Item item) => (this.shelf, this.item) = (shelf, item);

    /// <summary>The adapter.</summary>
    public DecodeAdapter Adapter => item.Adapter;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref returned, 1) == 0)
        {
            shelf.Return(item);
        }
    }
}
