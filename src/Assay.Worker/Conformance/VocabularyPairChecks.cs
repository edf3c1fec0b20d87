using System.Globalization;
using System.Text;
using Assay.Data.Tokenization;

namespace Assay.Worker.Conformance;

/// <summary>Checks of a pair of files <c>X.inp</c> and <c>X.out</c> as llama.cpp keeps them: texts, and a line of ids for each.</summary>
/// <param name="pair">Path of the pair without its ending.</param>
internal sealed class VocabularyPairChecks(GoldenFolder pair) : ICheckSource
{
    private const string Separator = "\n__ggml_vocab_test__\n";

    // llama.cpp's names of vocabularies that have another name here.
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["gpt-2"] = "gpt2",
        ["llama-spm"] = "llama2",
        ["llama-bpe"] = "llama3",
        ["qwen2"] = "qwen3",
        ["phi-3"] = "phi3",
    };

    /// <summary>The pairs of a folder.</summary>
    public static IEnumerable<GoldenFolder> Of(GoldenFolder folder) =>
        folder.FileNames("*.inp").Select(file => folder with { Name = $"{folder.Name}/{file[..^".inp".Length]}" });

    /// <inheritdoc/>
    public IEnumerable<Check> All()
    {
        yield return new Check("encode", Encode);
    }

    public void Dispose()
    {
    }

    private Figure Encode()
    {
        string[] texts = Encoding.UTF8.GetString(pair.Read($"{pair.Name}.inp")).Split(Separator);
        texts[^1] = texts[^1].EndsWith('\n') ? texts[^1][..^1] : texts[^1];
        string[] lines = Encoding.UTF8.GetString(pair.Read($"{pair.Name}.out")).Split('\n');
        lines = lines.Length == texts.Length + 1 && lines[^1].Length == 0 ? lines[..^1] : lines;
        var tokenizer = TokenizerJson.Parse(pair.Read($"tokenizers/{Vocabulary()}/tokenizer.json"));
        int good = texts.Zip(lines).Count(item => tokenizer.Encode(item.First).SequenceEqual(Ids(item.Second)));
        return Figure.Count(good, Math.Max(texts.Length, lines.Length));
    }

    private string Vocabulary()
    {
        string name = pair.Name.Split('/')[^1];
        return !pair.Has($"tokenizers/{name}/tokenizer.json") && Names.TryGetValue(name, out string? other) ? other : name;
    }

    private static int[] Ids(string line) =>
        [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, NumberStyles.None, CultureInfo.InvariantCulture))];
}
