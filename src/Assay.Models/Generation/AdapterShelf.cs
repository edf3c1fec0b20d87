using Assay.Models.Engine.Decode;

namespace Assay.Models.Generation;

/// <summary>Adapters kept beside one resident base, by key. While memory is short the least recently used one that nobody holds makes room.</summary>
/// <param name="capacity">Bytes that adapters may take; those in use stay even beyond it.</param>
/// <remarks>Safe for concurrent use, except that one thread at a time should load.</remarks>
public sealed class AdapterShelf(long capacity) : IDisposable
{
    private readonly Lock gate = new();

    // Guarded by gate; most recently used first.
    private readonly LinkedList<Item> items = new();

    /// <summary>Bytes of all adapters that are loaded.</summary>
    public long Bytes
    {
        get
        {
            lock (gate)
            {
                return items.Sum(item => item.Adapter.Bytes);
            }
        }
    }

    /// <summary>An adapter for as long as the lease is held; loaded when it is not on the shelf.</summary>
    /// <param name="key">Says which, such as a content hash.</param>
    /// <param name="load">Makes it.</param>
    public AdapterLease Take(string key, Func<DecodeAdapter> load)
    {
        lock (gate)
        {
            if (Find(key) is { } found)
            {
                items.Remove(found);
                items.AddFirst(found);
                found.Holders++;
                return new AdapterLease(this, found);
            }
        }

        var item = new Item(key, load()) { Holders = 1 };
        lock (gate)
        {
            items.AddFirst(item);
            MakeRoom();
        }

        return new AdapterLease(this, item);
    }

    /// <summary>Takes an adapter off the shelf: at once when nobody holds it, else when the last lease is given back.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Remove(string key)
    {
        lock (gate)
        {
            if (Find(key) is not { } found)
            {
                return false;
            }

            items.Remove(found);
            found.Removed = true;
            DisposeUnheld(found);
            return true;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var item in items)
            {
                item.Removed = true;
                DisposeUnheld(item);
            }

            items.Clear();
        }
    }

    internal void Return(Item item)
    {
        lock (gate)
        {
            item.Holders--;
            if (item.Removed)
            {
                DisposeUnheld(item);
            }
            else
            {
                MakeRoom();
            }
        }
    }

    private static void DisposeUnheld(Item item)
    {
        if (item.Holders == 0)
        {
            item.Adapter.Dispose();
        }
    }

    private Item? Find(string key) => items.FirstOrDefault(item => item.Key == key);

    private void MakeRoom()
    {
        long bytes = items.Sum(item => item.Adapter.Bytes);
        for (var node = items.Last; node is not null && bytes > capacity;)
        {
            var before = node.Previous;
            if (node.Value.Holders == 0)
            {
                bytes -= node.Value.Adapter.Bytes;
                items.Remove(node);
                node.Value.Adapter.Dispose();
            }

            node = before;
        }
    }

    internal sealed class Item(string key, DecodeAdapter adapter)
    {
        public string Key { get; } = key;

        public DecodeAdapter Adapter { get; } = adapter;

        public int Holders { get; set; }

        public bool Removed { get; set; }
    }
}
