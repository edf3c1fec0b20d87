namespace Assay.Server.Gates;

/// <summary>Repeatable chance: SplitMix64 (Steele, Lea, Flood 2014), the same on every machine.</summary>
internal sealed class Chance(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A whole number from <paramref name="least"/> to below <paramref name="end"/>.</summary>
    public int Next(int least, int end)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(least, end);
        return least + (int)(Next() % (ulong)(end - least));
    }

    public T Of<T>(IReadOnlyList<T> items) => items[Next(0, items.Count)];

    public bool With(double probability) => (Next() >> 11) * (1.0 / (1UL << 53)) < probability;

    /// <summary>A new order.</summary>
    public List<T> Shuffled<T>(IEnumerable<T> items)
    {
        var list = items.ToList();
        for (var i = list.Count - 1; i > 0; i--)
        {
            var other = Next(0, i + 1);
            (list[i], list[other]) = (list[other], list[i]);
        }

        return list;
    }

    private ulong Next()
    {
        var value = _state += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
