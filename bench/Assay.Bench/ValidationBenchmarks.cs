using System.Globalization;
using System.Text;
using System.Text.Json;
using Assay.Data.Validation;
using Assay.Testing.Media;
using BenchmarkDotNet.Attributes;

namespace Assay.Bench;

/// <summary>One file through the whole inspection that a worker makes: parsing, records, every rule, signatures. Divide the length in the name by the mean for bytes a second.</summary>
public class ValidationBenchmarks
{
    private static readonly InspectionRequest Asked = new("file", new ValidationProfile(
        "Questions and exact answers about the gauges of a harbour, pictures of its quays and recordings of its horns, for people who look after them and need to know units and limits."));

    private readonly Dictionary<string, byte[]> _files = [];

    [ParamsSource(nameof(Kinds))]
    public string Kind { get; set; } = "";

    public static IEnumerable<string> Kinds => ["md", "jsonl", "csv", "png", "wav", "flac"];

    [GlobalSetup]
    public void Setup()
    {
        var clip = Clip.Compose(1, seconds: 60);
        _files["md"] = Encoding.UTF8.GetBytes(string.Concat(Numbers(4000).Select(row => $"## {row.Question}\n\n{row.Answer}\n\n")));
        _files["jsonl"] = Encoding.UTF8.GetBytes(string.Concat(Numbers(4000).Select(row => JsonSerializer.Serialize(new { prompt = row.Question, completion = row.Answer }) + "\n")));
        _files["csv"] = Encoding.UTF8.GetBytes("prompt,completion\n" + string.Concat(Numbers(4000).Select(row => $"\"{row.Question}\",\"{row.Answer}\"\n")));
        _files["png"] = Scene.Draw(1, 1600, 1200).ToPng();
        _files["wav"] = clip.ToWav();
        _files["flac"] = FlacWriter.Encode(clip);
        Console.WriteLine($"{Kind}: {_files[Kind].Length} bytes");
    }

    [Benchmark]
    public int Inspect() => ValidationPipeline.Inspect(_files[Kind], Asked with { FileName = "file." + Kind }, CancellationToken.None).Findings.Count;

    private static IEnumerable<(string Question, string Answer)> Numbers(int count) => Enumerable.Range(1, count).Select(number =>
    {
        var (one, two, three) = (Word(number), Word(number * 7919), Word(number * 104729));
        return ($"What does the {one} gauge of the {two} quay return after {three}?",
            string.Create(CultureInfo.InvariantCulture, $"It returns the {two} level of the {one} quay in metres above chart datum, the mean of {number % 90} readings, and throws when {three} has been silent for {number % 17} minutes."));
    });

    /// <summary>A word of its own for each number.</summary>
    private static string Word(int number)
    {
        var word = new StringBuilder();
        for (var rest = (uint)number; rest > 0; rest /= 20)
        {
            word.Append("bcdfghjklmnprstvwxyz"[(int)(rest % 20)]).Append("aeiou"[(int)(rest % 5)]);
        }

        return word.ToString();
    }
}
