using System.Globalization;
using System.Text;

namespace Assay.Ledger.Tree;

/// <summary>Names one tile of hashes (<c>tile/L/N[.p/W]</c>) or one bundle of entries (<c>tile/entries/N[.p/W]</c>).</summary>
/// <param name="Level">0 to 7 for hashes (each level is 8 tree levels high), <see cref="EntriesLevel"/> for entries.</param>
/// <param name="Number">Position on its level, from 0.</param>
/// <param name="Width">Hashes or entries in it: 256 for a full tile, 1 to 255 for a partial one.</param>
/// <remarks>C2SP tlog-tiles.</remarks>
public readonly record struct TilePath(int Level, long Number, int Width)
{
    /// <summary>Hashes in a full tile; also entries in a full bundle.</summary>
    public const int FullWidth = 256;

    /// <summary>The value of <see cref="Level"/> that stands for entry bundles.</summary>
    public const int EntriesLevel = -1;

    /// <summary>The highest level a log of 2⁶³ − 1 entries can have.</summary>
    public const int MaxLevel = 7;

    /// <summary>The bundle of entries <paramref name="number"/> × 256 onward.</summary>
    public static TilePath Entries(long number, int width = FullWidth) => new(EntriesLevel, number, width);

    /// <summary>How many hashes the given level has in a log of this size.</summary>
    public static long HashesAt(int level, long size) => level == EntriesLevel ? size : size >> (8 * level);

    /// <summary>The tile that holds hash <paramref name="index"/> of a level, as wide as a log of this size has it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The level has no such hash in a log of this size.</exception>
    public static TilePath Holding(int level, long index, long size)
    {
        var hashes = HashesAt(level, size);
        if (index < 0 || index >= hashes)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"Level {level} of a log of {size} entries has {hashes} hashes.");
        }

        var number = index / FullWidth;
        return new TilePath(level, number, (int)Math.Min(FullWidth, hashes - (number * FullWidth)));
    }

    /// <summary>The same tile once it is full.</summary>
    public TilePath Full => this with { Width = FullWidth };

    /// <summary>Reads a path as a client sends it; only the one canonical spelling is accepted.</summary>
    public static bool TryParse(string? text, out TilePath path)
    {
        path = default;
        if (text is null || text.Length > 64 || !text.StartsWith("tile/", StringComparison.Ordinal))
        {
            return false;
        }

        var parts = text["tile/".Length..].Split('/');
        var level = parts[0] == "entries" ? EntriesLevel : parts[0] is [>= '0' and <= '7'] ? parts[0][0] - '0' : -2;
        var width = FullWidth;
        var end = parts.Length;
        if (end >= 3 && parts[^2].EndsWith(".p", StringComparison.Ordinal))
        {
            if (!int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out width) || width is < 1 or >= FullWidth)
            {
                return false;
            }

            parts[^2] = parts[^2][..^2];
            end--;
        }

        long number = 0;
        for (var i = 1; i < end; i++)
        {
            var digits = parts[i].TrimStart('x');
            if (digits.Length != 3 || number > long.MaxValue / 2000 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var group))
            {
                return false;
            }

            number = (number * 1000) + group;
        }

        path = new TilePath(level, number, width);
        return level >= EntriesLevel && end >= 2 && path.ToString() == text;
    }

    /// <summary>The path below the log's root, with <c>/</c>: 1234067 on level 0 is <c>tile/0/x001/x234/067</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder((Number % 1000).ToString("D3", CultureInfo.InvariantCulture));
        for (var rest = Number / 1000; rest > 0; rest /= 1000)
        {
            text.Insert(0, string.Create(CultureInfo.InvariantCulture, $"x{rest % 1000:D3}/"));
        }

        text.Insert(0, Level == EntriesLevel ? "tile/entries/" : string.Create(CultureInfo.InvariantCulture, $"tile/{Level}/"));
        return Width == FullWidth ? text.ToString() : text.Append(CultureInfo.InvariantCulture, $".p/{Width}").ToString();
    }
}
