using Assay.Data.Tokenization;

namespace Assay.Data.Tests.Tokenization;

public sealed class SentencePieceModelTests
{
    private static readonly (string, float, int)[] Letters = [.. "▁abcd x".Select(unit => (unit.ToString(), -9f, 1))];

    [Fact]
    public void The_pair_with_the_best_score_is_merged_first_and_the_leftmost_among_equals()
    {
        var tokenizer = BytePairs(("ab", -2, 1), ("bc", -1, 1), ("aa", -3, 1), ("▁a", -4, 1));
        Assert.Equal("▁a|bc", tokenizer.Tokens("abc"));
        Assert.Equal("▁|aa|a", tokenizer.Tokens("aaa"));
        Assert.Equal("▁|ab|▁|d", tokenizer.Tokens("ab d"));
    }

    [Fact]
    public void Control_pieces_are_never_parsed_and_user_defined_ones_always()
    {
        var tokenizer = BytePairs(("ab", -1, 1), ("bc", 0, 4), ("bcd", 0, 4), ("▁x", 0, 4));
        Assert.Equal("▁|a|bcd|<unk>|d", tokenizer.Tokens("abcd<s>d"));
        Assert.Equal("▁|a|bc|a|▁x", tokenizer.Tokens("abca x"));
        Assert.True(tokenizer.IsSpecial(1) && tokenizer.IsSpecial(0) && !tokenizer.IsSpecial(tokenizer.IdOf("bc")!.Value));
    }

    [Fact]
    public void Unknown_characters_become_bytes_or_one_unknown_piece()
    {
        var bytes = SentencePieceModel.Parse(TinySentencePiece.Write(TinySentencePiece.BytePairs, [.. TinySentencePiece.Head, .. TinySentencePiece.Bytes, .. Letters], byteFallback: true));
        Assert.Equal("▁|a|<0xC3>|<0xBC>|<0xC3>|<0xBC>|b", bytes.Tokens("aüüb"));
        Assert.Equal("aüüb ", bytes.Decode(bytes.Encode("aüüb ")));
        Assert.Equal("▁|a|<unk>|b", BytePairs().Tokens("aüüb"));
        Assert.Equal("a \u2047 b", BytePairs().Decode(BytePairs().Encode("aüüb")));
    }

    [Fact]
    public void A_piece_of_characters_that_are_no_pieces_is_still_merged()
    {
        var tokenizer = BytePairs(("üö", -1, 1));
        Assert.Equal("▁|üö|<unk>|a", tokenizer.Tokens("üöüa"));
    }

    [Fact]
    public void A_unigram_model_takes_the_split_of_the_best_sum()
    {
        var tokenizer = Unigram(("ab", -3, 1), ("abc", -20, 1), ("cd", -4, 1), ("bcd", -5.5f, 1));
        Assert.Equal("▁|ab|cd", tokenizer.Tokens("abcd"));
        Assert.Equal("▁|ab|c|<unk>", tokenizer.Tokens("abcüü"));
        Assert.Equal("▁|a|bcd", Unigram(("ab", -9, 1), ("cd", -4, 1), ("bcd", 0, 4)).Tokens("abcd"));
        Assert.Equal("▁|a|b|cd", Unigram(("ab", 0, 5), ("cd", -4, 1)).Tokens("abcd"));
    }

    [Fact]
    public void Blanks_are_kept_or_dropped_as_the_model_says()
    {
        Assert.Equal("▁|▁|a|▁|▁|b|▁", Model((4, false)).Tokens(" a  b "));
        Assert.Equal("▁|a|▁|b", Model((4, true)).Tokens(" a  b "));
        Assert.Equal("a|▁|b", Model((3, false), (4, true)).Tokens(" a  b "));
        Assert.Equal("", Model((4, true)).Tokens("   "));
        Assert.Equal("a  b", Model((4, true)).Decode(Model((4, false)).Encode(" a  b")));
        Assert.Equal(" a", Model((3, false), (4, false)).Decode(Model((3, false), (4, false)).Encode(" a")));
        static Tokenizer Model(params (int, bool)[] options) => SentencePieceModel.Parse(TinySentencePiece.Write(TinySentencePiece.BytePairs, [.. TinySentencePiece.Head, .. Letters], normalizer: options));
    }

    [Fact]
    public void Compiled_replacements_take_the_longest_match()
    {
        // Units of the trie: root → 'A' (leaf "a") → 'B' (leaf "x").
        var map = TinyCharsMap.Write(("A", "a"), ("AB", "x"), ("C", ""));
        var tokenizer = SentencePieceModel.Parse(TinySentencePiece.Write(TinySentencePiece.BytePairs, [.. TinySentencePiece.Head, .. Letters], charsMap: map));
        Assert.Equal("▁|x|a|b|a", tokenizer.Tokens("ABACbA"));
        Assert.Equal([new(0, 0), new(0, 2), new(2, 3), new(4, 5), new(5, 6)], tokenizer.EncodeWithOffsets("ABACbA").Spans);
    }

    [Fact]
    public void Decoding_drops_the_first_mark_only_and_keeps_valid_bytes_of_a_broken_run()
    {
        var tokenizer = SentencePieceModel.Parse(TinySentencePiece.Write(TinySentencePiece.BytePairs, [.. TinySentencePiece.Head, .. TinySentencePiece.Bytes, .. Letters], byteFallback: true));
        int Byte(int value) => tokenizer.IdOf($"<0x{value:X2}>")!.Value;
        var mark = tokenizer.IdOf("▁")!.Value;
        Assert.Equal("  a", tokenizer.Decode([mark, mark, mark, tokenizer.IdOf("a")!.Value]));
        Assert.Equal("é\uFFFD\uFFFDé a", tokenizer.Decode([Byte(0xC3), Byte(0xA9), Byte(0xE2), Byte(0x96), Byte(0xC3), Byte(0xA9), mark, tokenizer.IdOf("a")!.Value]));
        Assert.Equal("<s> a", tokenizer.Decode([1, mark, tokenizer.IdOf("a")!.Value]));
        Assert.Equal("a", tokenizer.Decode([1, mark, tokenizer.IdOf("a")!.Value], skipSpecial: true));
    }

    [Fact]
    public void What_contradicts_itself_or_is_not_supported_is_refused_by_name()
    {
        Refused("model_type 3", 3, Letters);
        Refused("occurs twice", 2, [("a", -1, 1), ("a", -1, 1)]);
        Refused("2 unknown pieces", 2, [("<u>", 0, 2)]);
        Refused("unused pieces", 2, [("a", 0, 5)]);
        Refused("1 byte pieces", 2, [("<0x00>", 0, 6)]);
        Refused("<0xZZ>", 2, [("<0xZZ>", 0, 6)]);
        Refused("type 9", 2, [("a", 0, 9)]);
        Refused("score NaN", 2, [("a", float.NaN, 1)]);
        Assert.Contains("ends inside", Assert.Throws<InvalidTokenizerException>(() => SentencePieceModel.Parse([0x0A, 0x05])).Message, StringComparison.Ordinal);
        Assert.Contains("wire type", Assert.Throws<InvalidTokenizerException>(() => SentencePieceModel.Parse([0x0B])).Message, StringComparison.Ordinal);
        static void Refused(string named, int type, (string, float, int)[] pieces) => Assert.Contains(
            named,
            Assert.Throws<InvalidTokenizerException>(() => SentencePieceModel.Parse(TinySentencePiece.Write(type, [.. TinySentencePiece.Head, .. pieces]))).Message,
            StringComparison.Ordinal);
    }

    private static Tokenizer BytePairs(params (string, float, int)[] pieces) =>
        SentencePieceModel.Parse(TinySentencePiece.Write(TinySentencePiece.BytePairs, [.. TinySentencePiece.Head, .. Letters, .. pieces]));

    private static Tokenizer Unigram(params (string, float, int)[] pieces) =>
        SentencePieceModel.Parse(TinySentencePiece.Write(TinySentencePiece.Unigram, [.. TinySentencePiece.Head, .. Letters, .. pieces]));
}
