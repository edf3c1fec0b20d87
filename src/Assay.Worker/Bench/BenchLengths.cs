using System.Globalization;

namespace Assay.Worker.Bench;

/// <summary>A sequence of a training benchmark.</summary>
/// <param name="Total">Tokens.</param>
/// <param name="Supervised">How many of the last tokens count, at most Total − 1.</param>
internal sealed record BenchLength(int Total, int Supervised);

/// <summary>Sequence lengths as a file: <c>total supervised</c> a line, <c>#</c> begins a comment.</summary>
internal static class BenchLengths
{
    private const string Shipped = "Assay.Worker.Bench.lengths.txt";

    /// <param name="path">File to read, or null for the shipped list.</param>
    /// <param name="count">Sequences to take from the start; 0 takes all.</param>
    /// <exception cref="InvalidDataException">A line is not two fitting integers, or there are fewer sequences than wanted.</exception>
    public static IReadOnlyList<BenchLength> Read(string? path, int count)
    {
        using var reader = path is null
            ? new StreamReader(typeof(BenchLengths).Assembly.GetManifestResourceStream(Shipped)!)
            : new StreamReader(path);
        var lengths = new List<BenchLength>();
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            string text = line.Split('#')[0].Trim();
            if (text.Length > 0)
            {
                lengths.Add(Parse(text) ?? throw new InvalidDataException(
                    $"Line {number} of the lengths file is '{text}'; a line is two integers, total tokens (2 or more) and supervised tokens (1 to total - 1)."));
            }
        }

        if (lengths.Count == 0 || lengths.Count < count)
        {
            throw new InvalidDataException($"The lengths file has {lengths.Count} sequences; {Math.Max(count, 1)} are needed.");
        }

        return count == 0 ? lengths : lengths[..count];
    }

    private static BenchLength? Parse(string text)
    {
        string[] parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int total)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int supervised)
            && supervised >= 1 && supervised < total
            ? new BenchLength(total, supervised)
            : null;
    }
}
