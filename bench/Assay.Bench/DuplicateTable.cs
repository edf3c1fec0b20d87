using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Assay.Data.Duplicates;

namespace Assay.Bench;

/// <summary><c>duplicates [FILE.json.gz]</c>: how many edited copies the search finds, how many strangers it takes for copies, and how fast it signs.</summary>
/// <remarks>A found copy shares a band and has J ≥ 0.5. Words are replaced by words drawn from the whole file; the seed is fixed.</remarks>
internal static class DuplicateTable
{
    private const int Seed = 17, Pairs = 200_000;

    private static readonly (string Name, int Least, int Most)[] Lengths = [("10 to 30 words", 10, 30), ("31 to 120 words", 31, 120), ("over 120 words", 121, int.MaxValue)];

    public static void Run(TextWriter output, string? file)
    {
        var texts = file is null ? Samples() : Instructions(file);
        var words = texts.ConvertAll(text => text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        var pool = words.SelectMany(list => list).ToArray();
        output.WriteLine($"{texts.Count} texts, {pool.Length} words, seed {Seed}");
        foreach (var (name, least, most) in Lengths)
        {
            var group = words.FindAll(list => list.Length >= least && list.Length <= most);
            if (group.Count > 0)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{name,-16} n {group.Count,4} | found: 1 word {Found(group, pool, list => 1):0.00}, 3 words {Found(group, pool, list => 3):0.00}, 2 % {Found(group, pool, list => Share(list, 2)):0.00}, 5 % {Found(group, pool, list => Share(list, 5)):0.00}, 10 % {Found(group, pool, list => Share(list, 10)):0.00}, 20 % {Found(group, pool, list => Share(list, 20)):0.00}"));
            }
        }

        Precision(output, texts);
        Speed(output, texts);
    }

    private static int Share(string[] words, int percent) => Math.Max(1, (int)Math.Round(words.Length * percent / 100.0));

    private static double Found(List<string[]> group, string[] pool, Func<string[], int> changes)
    {
        var random = new Random(Seed);
        var found = 0;
        foreach (var list in group)
        {
            var copy = (string[])list.Clone();
            foreach (var at in Enumerable.Range(0, copy.Length).OrderBy(_ => random.Next()).Take(changes(list)))
            {
                copy[at] = pool[random.Next(pool.Length)];
            }

            found += IsFound(string.Join(' ', list), string.Join(' ', copy)) ? 1 : 0;
        }

        return found / (double)group.Count;
    }

    private static bool IsFound(string one, string other) =>
        ContentSignature.Of(one).Bands.Zip(ContentSignature.Of(other).Bands).Any(pair => pair.First == pair.Second) && ContentSignature.Compare(one, other).Jaccard() >= 0.5;

    private static void Precision(TextWriter output, List<string> texts)
    {
        var random = new Random(Seed);
        var bands = texts.ConvertAll(text => ContentSignature.Of(text).Bands);
        int candidates = 0, confirmed = 0;
        for (var pair = 0; pair < Pairs; pair++)
        {
            var (one, other) = (random.Next(texts.Count), random.Next(texts.Count));
            if (one != other && bands[one].Zip(bands[other]).Any(both => both.First == both.Second))
            {
                candidates++;
                confirmed += ContentSignature.Compare(texts[one], texts[other]).Jaccard() >= 0.5 ? 1 : 0;
            }
        }

        output.WriteLine($"{Pairs} random pairs of different texts: {candidates} candidates, {confirmed} confirmed at J ≥ 0.5");
    }

    private static void Speed(TextWriter output, List<string> texts)
    {
        var all = string.Join("\n\n", texts);
        var records = Enumerable.Range(0, all.Length / 2_000).Select(index => all.Substring(index * 2_000, 2_000)).ToList();
        var normalised = records.ConvertAll(NormalisedText.Of);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"one thread, records of 2,000 characters: normalise {Rate(records, text => NormalisedText.Of(text).Length):0}, sign {Rate(normalised, text => MinHash.BandsOf(text.AsSpan()).Length):0}, hash, normalise and sign {Rate(records, text => ContentSignature.Of(text).Length):0} MB of UTF-8 a second (best of five)"));
    }

    private static double Rate(List<string> records, Func<string, int> work)
    {
        var bytes = records.Sum(Encoding.UTF8.GetByteCount);
        var best = 0.0;
        for (var round = 0; round < 6; round++)
        {
            var (began, done) = (Stopwatch.GetTimestamp(), 0L);
            do
            {
                foreach (var record in records)
                {
                    _ = work(record);
                }

                done += bytes;
            }
            while (Stopwatch.GetElapsedTime(began).TotalMilliseconds < 300);
            best = round == 0 ? best : Math.Max(best, done / Stopwatch.GetElapsedTime(began).TotalSeconds / 1e6);
        }

        return best;
    }

    private static List<string> Instructions(string file)
    {
        using var stream = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var json = JsonDocument.Parse(stream);
        return [.. json.RootElement.EnumerateArray().Select(row => string.Join("\n\n", ((string[])["instruction", "input", "output"])
            .Select(name => row.TryGetProperty(name, out var value) ? value.GetString() : null).Where(text => !string.IsNullOrWhiteSpace(text))))];
    }

    private static List<string> Samples() =>
    [
        .. Directory.EnumerateFiles(Path.Combine("samples", "calibration"), "*.txt").Order(StringComparer.Ordinal)
            .SelectMany(path => File.ReadAllText(path).Split("\n=== ").Select(part => part[(part.IndexOf('\n', StringComparison.Ordinal) + 1)..].Trim())).Where(text => text.Length > 60),
    ];
}
