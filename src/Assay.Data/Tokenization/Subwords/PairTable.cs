using System.Numerics;

namespace Assay.Data.Tokenization.Subwords;

/// <summary>Two whole numbers for each pair of whole numbers; written while it is built, then only read.</summary>
/// <remarks>Open addressing at no more than half load: one lookup is one cache line, where a dictionary touches two. Encoding is made of these lookups.</remarks>
internal sealed class PairTable
{
    private const ulong Free = ulong.MaxValue;

    private Entry[] entries;
    private int count;
    private int shift;

    /// <param name="capacity">Expected number of pairs; more are taken, too.</param>
    public PairTable(int capacity)
    {
        entries = [];
        Resize(Math.Max(16, 2L * capacity));
    }

    /// <summary>Number of pairs.</summary>
    public int Count => count;

    /// <summary>Looks a pair up.</summary>
    /// <param name="left">At least 0.</param>
    /// <param name="right">At least 0.</param>
    /// <param name="first">The first number, when it is there.</param>
    /// <param name="second">The second number, when it is there.</param>
    public bool TryGet(int left, int right, out int first, out int second)
    {
        ref var entry = ref entries[Slot(Key(left, right))];
        (first, second) = (entry.First, entry.Second);
        return entry.Key != Free;
    }

    /// <summary>Sets the numbers of a pair; a later call replaces them.</summary>
    public void Set(int left, int right, int first, int second)
    {
        if (2L * (count + 1) > entries.Length)
        {
            Resize(2L * entries.Length);
        }

        var key = Key(left, right);
        ref var entry = ref entries[Slot(key)];
        count += entry.Key == Free ? 1 : 0;
        entry = new(key, first, second);
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private int Slot(ulong key)
    {
        // Fibonacci hashing: the upper bits of the product depend on every bit of both numbers.
        var slot = (int)((key * 0x9E37_79B9_7F4A_7C15UL) >> shift);
        while (entries[slot].Key != key && entries[slot].Key != Free)
        {
            slot = (slot + 1) & (entries.Length - 1);
        }

        return slot;
    }

    private void Resize(long atLeast)
    {
        var old = entries;
        entries = new Entry[BitOperations.RoundUpToPowerOf2((ulong)atLeast)];
        shift = 64 - BitOperations.Log2((uint)entries.Length);
        Array.Fill(entries, new Entry(Free, 0, 0));
        foreach (var entry in old)
        {
            if (entry.Key != Free)
            {
                entries[Slot(entry.Key)] = entry;
            }
        }
    }

    private readonly record struct Entry(ulong Key, int First, int Second);
}
