using System.Text;
using System.Text.Json;
using Assay.Data.Tokenization;

namespace Assay.Data.Tests.Tokenization;

/// <summary>A small file of every kind of tokenizer.</summary>
internal static class TokenizerKinds
{
    private static readonly string[] Merges = ["▁ a", "b c", "a a", "aa aa", "▁ ▁", "t h", "th e", "▁ the", "i n"];

    /// <summary>LLaMA's kind: characters with byte fallback, no pre-tokeniser.</summary>
    public static byte[] Characters { get; } = Small.File(new()
    {
        ["added_tokens"] = Small.LlamaTokens(normalized: true),
        ["normalizer"] = Small.MarkBlanks,
        ["decoder"] = Small.UnmarkBlanks,
        ["post_processor"] = new { type = "Sequence", processors = (object[])[new { type = "ByteLevel" }] },
        ["model"] = Small.LlamaModel(Merges),
    });

    /// <summary>A unigram model with Metaspace and several normalisers.</summary>
    public static byte[] Unigram { get; } = Small.File(new()
    {
        ["added_tokens"] = Small.LlamaTokens(normalized: false),
        ["normalizer"] = Small.Sequence("normalizers",
            new { type = "NFKC" }, new { type = "Lowercase" }, new { type = "Strip", strip_left = true, strip_right = false }, new { type = "StripAccents" },
            new { type = "Replace", pattern = new { Regex = "\\s+" }, content = " " },
            new { type = "Precompiled", precompiled_charsmap = Convert.ToBase64String(TinyCharsMap.Write(("Q", "q"), ("QU", "kw"))) }),
        ["pre_tokenizer"] = new { type = "Metaspace", replacement = "▁", prepend_scheme = "always", split = true },
        ["decoder"] = Small.Sequence("decoders", new { type = "ByteFallback" }, new { type = "Metaspace", replacement = "▁", prepend_scheme = "always" }),
        ["model"] = new
        {
            type = "Unigram",
            unk_id = 0,
            byte_fallback = true,
            vocab = (object[][])[["<unk>", 0], ["<s>", 0], ["</s>", 0], .. Small.ByteTokens.Select(token => (object[])[token, -20]), .. "▁abcdefghijklmnopqrstuvwxyz".Select(unit => (object[])[unit.ToString(), -8.5]), ["▁the", -3], ["in", -4.25]],
        },
    });

    /// <summary>A word-piece model with many pre-tokenisers.</summary>
    public static byte[] WordPiece { get; } = Small.File(new()
    {
        ["pre_tokenizer"] = Small.Sequence("pretokenizers",
            new { type = "BertPreTokenizer" }, new { type = "Digits", individual_digits = true }, new { type = "Whitespace" },
            new { type = "Split", pattern = new { Regex = "(?i:x)|[q-s]+" }, behavior = "MergedWithPrevious", invert = false }),
        ["decoder"] = new { type = "WordPiece", prefix = "##", cleanup = true },
        ["model"] = new { type = "WordPiece", unk_token = "[UNK]", vocab = Small.Vocabulary([.. (string[])["[UNK]", "the", "##in"], .. "abcdefghijklmnopqrstuvwxyz.,!".SelectMany(unit => (string[])[$"{unit}", $"##{unit}"])]) },
    });

    public static byte[] SentencePieceBytes { get; } = TinySentencePiece.Write(
        TinySentencePiece.BytePairs,
        [.. TinySentencePiece.Head, .. TinySentencePiece.Bytes, .. "▁abcdefghijklmnopqrstuvwxyz".Select(unit => (unit.ToString(), -9f, 1)), ("th", -1, 1), ("▁the", -3, 1), ("the", -2, 1), ("<x>", 0, 4)],
        byteFallback: true);

    public static byte[] SentencePieceUnigram { get; } = TinySentencePiece.Write(
        TinySentencePiece.Unigram,
        [.. TinySentencePiece.Head, .. "▁abcdefghijklmnopqrstuvwxyz".Select(unit => (unit.ToString(), -9f, 1)), ("▁the", -3, 1), ("in", -2, 1), ("<x>", 0, 4), ("off", 0, 5)],
        normalizer: [(4, true)],
        charsMap: TinyCharsMap.Write(("A", "a"), ("AB", "x")));

    public static byte[] Ranks { get; } = TiktokenFileTests.Ranks("th", "the", " the", "in");

    public static byte[] RanksConfig { get; } = JsonSerializer.SerializeToUtf8Bytes(new { pat_str = " ?\\p{L}+|\\p{N}{1,3}|\\s+|[^\\s\\p{L}\\p{N}]+", eos_token = "<|end|>", added_tokens_decoder = new Dictionary<string, object> { ["300"] = new { content = "<|end|>", special = true } } });

    /// <summary>All of them by name.</summary>
    public static IEnumerable<(string Name, Tokenizer Tokenizer)> All =>
    [
        ("bytes", TinyTokenizer.Tokenizer),
        ("characters", TokenizerJson.Parse(Characters)),
        ("unigram", TokenizerJson.Parse(Unigram)),
        ("word pieces", TokenizerJson.Parse(WordPiece)),
        ("SentencePiece BPE", SentencePieceModel.Parse(SentencePieceBytes)),
        ("SentencePiece unigram", SentencePieceModel.Parse(SentencePieceUnigram)),
        ("ranks", TiktokenFile.Parse(Ranks, TokenizerConfig.Parse(RanksConfig))),
    ];

    /// <summary>Uses a tokenizer in every way.</summary>
    public static void Use(Tokenizer tokenizer)
    {
        const string Text = "<s>The the in\u00A0 inn QU Ab<|im_end|>e\u0301\uFFFD\t12345 ▁ 🦙 <x></s> ...";
        var encoded = tokenizer.EncodeWithOffsets(Text);
        int[] ids = [.. tokenizer.EncodeWithSpecials("x"), .. encoded.Ids];
        var decoder = new StreamingDecoder(tokenizer);
        var streamed = new StringBuilder();
        foreach (var id in ids)
        {
            streamed.Append(decoder.Push(id));
        }

        Assert.Equal(tokenizer.Decode(ids), streamed.Append(decoder.Flush()).ToString());
        Assert.Equal(tokenizer.Encode(Text), encoded.Ids);
        Assert.All(encoded.Spans, span => Assert.True(span.Start >= 0 && span.End >= span.Start && span.End <= Text.Length));
    }
}
