using System.Text;
using System.Text.Json.Nodes;
using Assay.Data.Tokenization;
using BenchmarkDotNet.Attributes;

namespace Assay.Bench;

/// <summary>Encoding and decoding 1 MiB of this repository's own text on one core.</summary>
/// <remarks>
/// The vocabulary is the starter model's. As <c>bytes</c> it is used as it is: words cut by a pattern, bytes merged. As <c>characters</c> the same
/// merges are written in SentencePiece's way: no words, U+2581 for blanks, byte fallback, the whole text one piece.
/// </remarks>
[MemoryDiagnoser]
public class TokenizerBenchmarks
{
    private const int Length = 1 << 20;
    private Tokenizer _tokenizer = null!;
    private string _text = "";
    private int[] _ids = [];

    [Params("bytes", "characters")]
    public string Kind { get; set; } = "bytes";

    [GlobalSetup]
    public void Setup()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Assay.slnx")))
        {
            root = root.Parent ?? throw new DirectoryNotFoundException("The benchmark runs inside a checkout.");
        }

        var starter = File.ReadAllBytes(Path.Combine(root.FullName, "models", "starter", "tokenizer.json"));
        _tokenizer = TokenizerJson.Parse(Kind == "bytes" ? starter : InCharacters(starter));
        var text = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root.FullName, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(root.FullName, "src"), "*.cs", SearchOption.AllDirectories)).Order(StringComparer.Ordinal))
        {
            text.Append(File.ReadAllText(file));
        }

        _text = text.ToString(0, Math.Min(text.Length, Length));
        _ids = _tokenizer.Encode(_text);
    }

    [Benchmark]
    public int Encode() => _tokenizer.Encode(_text).Length;

    [Benchmark]
    public int EncodeWithOffsets() => _tokenizer.EncodeWithOffsets(_text).Ids.Length;

    [Benchmark]
    public int Decode() => _tokenizer.Decode(_ids).Length;

    /// <summary>The same merges as SentencePiece would have them.</summary>
    private static byte[] InCharacters(byte[] file)
    {
        var source = JsonNode.Parse(file)!["model"]!;
        List<string> spellings = ["<unk>", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>")];
        spellings.AddRange(source["vocab"]!.AsObject().Select(item => item.Key).Where(IsText).Select(Mark));
        var merges = source["merges"]!.AsArray().Select(item => item!.GetValue<string>()).Where(item => item.Split(' ').All(IsText)).Select(Mark);
        var vocabulary = new JsonObject();
        foreach (var spelling in spellings.Distinct())
        {
            vocabulary[spelling] = vocabulary.Count;
        }

        return Encoding.UTF8.GetBytes(new JsonObject
        {
            ["normalizer"] = JsonNode.Parse("""{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}"""),
            ["decoder"] = JsonNode.Parse("""{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}"""),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["unk_token"] = "<unk>",
                ["fuse_unk"] = true,
                ["byte_fallback"] = true,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. merges.Select(item => (JsonNode)item)]),
            },
        }.ToJsonString());
    }

    // Byte-level spellings of ASCII are the text itself, but for the blank (Ġ) and the line end (Ċ).
    private static bool IsText(string spelling) => spelling.All(unit => char.IsAscii(unit) || unit is 'Ġ' or 'Ċ');

    private static string Mark(string spelling) => spelling.Replace('Ġ', '▁').Replace('Ċ', '\n');
}
