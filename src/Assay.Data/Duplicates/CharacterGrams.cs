namespace Assay.Data.Duplicates;

/// <summary>The set of character 5-grams of a normalised text, each packed into 80 bits so that comparing sets is exact.</summary>
public sealed class CharacterGrams
{
    /// <summary>UTF-16 code units in a gram.</summary>
    public const int Length = 5;

    private readonly UInt128[] _sorted;

    private CharacterGrams(UInt128[] sorted) => _sorted = sorted;

    /// <summary>Number of distinct grams; 0 for an empty text.</summary>
    public int Count => _sorted.Length;

    /// <summary>Distinct grams in rising order.</summary>
    internal ReadOnlySpan<UInt128> Sorted => _sorted;

    /// <summary>The grams of a text that <see cref="NormalisedText.Of"/> made. A text shorter than a gram counts as one.</summary>
    public static CharacterGrams Of(string normalised)
    {
        ArgumentNullException.ThrowIfNull(normalised);
        if (normalised.Length == 0)
        {
            return new CharacterGrams([]);
        }

        var grams = new UInt128[Math.Max(normalised.Length - Length + 1, 1)];
        for (var at = 0; at < grams.Length; at++)
        {
            var packed = UInt128.Zero;
            foreach (var symbol in normalised.AsSpan(at, Math.Min(Length, normalised.Length)))
            {
                packed = (packed << 16) | symbol;
            }

            grams[at] = packed;
        }

        Array.Sort(grams);
        var distinct = 0;
        for (var at = 0; at < grams.Length; at++)
        {
            if (at == 0 || grams[at] != grams[at - 1])
            {
                grams[distinct++] = grams[at];
            }
        }

        Array.Resize(ref grams, distinct);
        return new CharacterGrams(grams);
    }

    /// <summary>How much of two sets is the same.</summary>
    public Resemblance To(CharacterGrams other)
    {
        ArgumentNullException.ThrowIfNull(other);
        int left = 0, right = 0, shared = 0;
        while (left < _sorted.Length && right < other._sorted.Length)
        {
            var order = _sorted[left].CompareTo(other._sorted[right]);
            shared += order == 0 ? 1 : 0;
            left += order <= 0 ? 1 : 0;
            right += order >= 0 ? 1 : 0;
        }

        return new Resemblance(shared, Count + other.Count - shared);
    }
}
