namespace Assay.Data.Duplicates;

/// <summary>The passages that two texts share, so that people see them side by side: greedy string tiling (Wise 1993) over words.</summary>
/// <remarks>Longest first, ties by place; no word belongs to two passages. Case, punctuation and white space between words make no difference.</remarks>
public static class SharedPassages
{
    /// <summary>Places of one run of words that are tried in the other text: texts that repeat themselves have thousands of equal ones.</summary>
    private const int MostPlaces = 32;

    /// <summary>The passages of four words or more, in the order of the one text. Where a text has fewer words, all of them make a passage.</summary>
    /// <param name="one">In NFC.</param>
    /// <param name="other">In NFC.</param>
    public static IReadOnlyList<SharedPassage> Find(string one, string other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        var (ranges, otherRanges) = (NormalisedText.Words(one), NormalisedText.Words(other));
        var numbers = new Dictionary<string, int>();
        var (words, otherWords) = (Number(one, ranges, numbers), Number(other, otherRanges, numbers));
        var least = Math.Min(WordGrams.PassageWords, Math.Min(words.Length, otherWords.Length));
        if (least == 0)
        {
            return [];
        }

        return [.. Tiles(words, otherWords, least).OrderBy(tile => tile.At).Select(tile => new SharedPassage(
            ranges[tile.At].Start.Value, ranges[tile.At + tile.Length - 1].End.Value,
            otherRanges[tile.OtherAt].Start.Value, otherRanges[tile.OtherAt + tile.Length - 1].End.Value))];
    }

    private static int[] Number(string text, List<Range> ranges, Dictionary<string, int> numbers) => [.. ranges.Select(range =>
    {
        var word = NormalisedText.Of(text[range]);
        if (!numbers.TryGetValue(word, out var number))
        {
            numbers.Add(word, number = numbers.Count);
        }

        return number;
    })];

    private static List<Tile> Tiles(int[] words, int[] otherWords, int least)
    {
        var waiting = new PriorityQueue<Tile, (int, int, int)>();
        foreach (var tile in Longest(words, otherWords, least))
        {
            waiting.Enqueue(tile, tile.Order());
        }

        var (taken, otherTaken) = (new bool[words.Length], new bool[otherWords.Length]);
        var tiles = new List<Tile>();
        while (waiting.TryDequeue(out var tile, out _))
        {
            var free = Free(tile, taken, otherTaken, least);
            if (free is not [var whole] || whole != tile)
            {
                free.ForEach(part => waiting.Enqueue(part, part.Order())); // longer ones took the rest of it
                continue;
            }

            taken.AsSpan(tile.At, tile.Length).Fill(true);
            otherTaken.AsSpan(tile.OtherAt, tile.Length).Fill(true);
            tiles.Add(tile);
        }

        return tiles;
    }

    /// <summary>Runs of equal words that neither begin earlier nor end later.</summary>
    private static IEnumerable<Tile> Longest(int[] words, int[] otherWords, int least)
    {
        var places = new Dictionary<(int, int, int, int), List<int>>();
        for (var at = 0; at + least <= otherWords.Length; at++)
        {
            var run = Run(otherWords, at, least);
            if (!places.TryGetValue(run, out var list))
            {
                places.Add(run, list = []);
            }

            if (list.Count < MostPlaces)
            {
                list.Add(at);
            }
        }

        List<int> before = [];
        for (var at = 0; at + least <= words.Length; at++)
        {
            var here = places.GetValueOrDefault(Run(words, at, least)) ?? [];
            foreach (var place in here.Where(place => !before.Contains(place - 1)))
            {
                yield return new Tile(at, place, words.AsSpan(at).CommonPrefixLength(otherWords.AsSpan(place)));
            }

            before = here;
        }
    }

    private static (int, int, int, int) Run(int[] words, int at, int length)
    {
        return (words[at], Word(1), Word(2), Word(3));

        int Word(int index) => index < length ? words[at + index] : -1;
    }

    /// <summary>The parts of a tile that no other has taken on either side.</summary>
    private static List<Tile> Free(Tile tile, bool[] taken, bool[] otherTaken, int least)
    {
        var parts = new List<Tile>();
        var start = 0;
        for (var at = 0; at <= tile.Length; at++)
        {
            if (at < tile.Length && !taken[tile.At + at] && !otherTaken[tile.OtherAt + at])
            {
                continue;
            }

            if (at - start >= least)
            {
                parts.Add(new Tile(tile.At + start, tile.OtherAt + start, at - start));
            }

            start = at + 1;
        }

        return parts;
    }

    /// <param name="At">Number of its first word in the one text.</param>
    /// <param name="OtherAt">Number of its first word in the other.</param>
    /// <param name="Length">Words.</param>
    private readonly record struct Tile(int At, int OtherAt, int Length)
    {
        public (int, int, int) Order() => (-Length, At, OtherAt);
    }
}
