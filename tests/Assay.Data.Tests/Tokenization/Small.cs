using System.Text.Json;
using Assay.Data.Tokenization;

namespace Assay.Data.Tests.Tokenization;

/// <summary>Small tokenizers written out by hand, with the parts that published files have.</summary>
internal static class Small
{
    /// <summary>Normaliser of LLaMA 2: a mark in front, marks for blanks.</summary>
    public static readonly object MarkBlanks = Sequence("normalizers",
        new { type = "Prepend", prepend = "▁" },
        new { type = "Replace", pattern = new { String = " " }, content = "▁" });

    /// <summary>Decoder of LLaMA 2.</summary>
    public static readonly object UnmarkBlanks = Sequence("decoders",
        new { type = "Replace", pattern = new { String = "▁" }, content = " " },
        new { type = "ByteFallback" },
        new { type = "Fuse" },
        new { type = "Strip", content = " ", start = 1, stop = 0 });

    public static object Sequence(string list, params object[] parts) => new Dictionary<string, object> { ["type"] = "Sequence", [list] = parts };

    /// <summary>Ids in order of the spellings.</summary>
    public static Dictionary<string, int> Vocabulary(params IEnumerable<string> spellings) => spellings.Index().ToDictionary(item => item.Item, item => item.Index);

    public static IEnumerable<string> ByteTokens => Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>");

    /// <summary>The model of LLaMA 2 with a few words.</summary>
    /// <param name="merges">Pairs as texts with a blank between.</param>
    public static Dictionary<string, object?> LlamaModel(params string[] merges)
    {
        string[] letters = [.. "▁abcdefghijklmnopqrstuvwxyz.".Select(unit => unit.ToString())];
        return new()
        {
            ["type"] = "BPE",
            ["unk_token"] = "<unk>",
            ["fuse_unk"] = true,
            ["byte_fallback"] = true,
            ["vocab"] = Vocabulary([.. (string[])["<unk>", "<s>", "</s>"], .. ByteTokens, .. letters, .. merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal)).Distinct()]),
            ["merges"] = merges,
        };
    }

    /// <summary>Control tokens of LLaMA 2.</summary>
    public static object[] LlamaTokens(bool normalized) =>
        [.. ((string[])["<unk>", "<s>", "</s>"]).Select((content, id) => (object)new { id, content, special = true, normalized, lstrip = false, rstrip = false, single_word = false })];

    /// <summary>A LLaMA 2 tokenizer in small.</summary>
    public static Tokenizer Llama(bool normalized = false, params string[] merges) => Parse(new()
    {
        ["added_tokens"] = LlamaTokens(normalized),
        ["normalizer"] = MarkBlanks,
        ["decoder"] = UnmarkBlanks,
        ["model"] = LlamaModel(merges),
    });

    /// <summary>A word-level view of a pipeline: every word of the vocabulary is an entry, others fall apart into letters.</summary>
    public static Tokenizer With(object? normalizer = null, object? preTokenizer = null, object? decoder = null, object? model = null) => Parse(new()
    {
        ["normalizer"] = normalizer,
        ["pre_tokenizer"] = preTokenizer,
        ["decoder"] = decoder,
        ["model"] = model ?? LlamaModel(),
    });

    public static Tokenizer Parse(Dictionary<string, object?> file) => TokenizerJson.Parse(File(file));

    public static byte[] File(Dictionary<string, object?> file) => JsonSerializer.SerializeToUtf8Bytes(file);

    /// <summary>The spellings of a text's tokens with a bar between.</summary>
    public static string Tokens(this Tokenizer tokenizer, string text) => string.Join('|', tokenizer.Encode(text).Select(id => tokenizer.TokenOf(id)));
}
