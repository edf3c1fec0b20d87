using System.Text;
using Assay.Data.Tokenization;

namespace Assay.Data.Tests.Tokenization;

public sealed class TiktokenFileTests
{
    private static readonly TokenizerConfig Config = TokenizerConfig.Parse(
        """{"pat_str": " ?\\p{L}+|\\s+", "added_tokens_decoder": {"400": {"content": "<|end|>", "special": true}}}"""u8.ToArray());

    /// <summary>A rank list of all bytes and a few words.</summary>
    public static byte[] Ranks(params string[] words) => Encoding.ASCII.GetBytes(string.Concat(
        Enumerable.Range(0, 256).Select(value => new[] { (byte)value })
            .Concat(words.Select(Encoding.UTF8.GetBytes))
            .Select((token, rank) => $"{Convert.ToBase64String(token)} {rank}\n")));

    [Fact]
    public void The_pair_of_lowest_rank_is_merged_first_and_a_whole_word_is_its_own_token()
    {
        var tokenizer = TiktokenFile.Parse(Ranks("bc", "ab", "abcd", " a"), Config);
        Assert.Equal([97, 256, 32, 97 + 1], tokenizer.Encode("abc b"));
        Assert.Equal([258, 259], tokenizer.Encode("abcd a"));
        Assert.Equal([400, 97], tokenizer.Encode("<|end|>a"));
        Assert.Equal("é<|end|>", tokenizer.Decode([0xC3, 0xA9, 400]));
    }

    [Fact]
    public void Pattern_and_control_tokens_come_from_a_tokenizer_json_beside_it()
    {
        var tokenizer = TiktokenFile.Parse(Ranks("im"), TinyTokenizer.File);
        Assert.Equal([0, 256], tokenizer.Encode("<|im_start|>im"));
    }

    [Fact]
    public void Without_a_pattern_it_says_what_to_put_beside_it()
    {
        var error = Assert.Throws<InvalidTokenizerException>(() => TiktokenFile.Parse(Ranks(), TokenizerConfig.Parse("{}"u8.ToArray())));
        Assert.Contains("tokenizer.json", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("YQ== x", "Line 1")]
    [InlineData("YQ== 0\nYQ== 1", "Line 2")]
    [InlineData("YQ== 0\nYg== 0", "Line 2")]
    [InlineData("YQ== 0", "256 bytes")]
    [InlineData("YQ== 99999999", "Line 1")]
    public void A_damaged_list_is_refused_with_its_line(string list, string named)
    {
        var error = Assert.Throws<InvalidTokenizerException>(() => TiktokenFile.Parse(Encoding.ASCII.GetBytes(list), Config));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_told_apart_by_content()
    {
        Assert.True(TiktokenFile.IsRankList(Ranks()));
        Assert.False(TiktokenFile.IsRankList(TinySentencePiece.Write(TinySentencePiece.BytePairs, TinySentencePiece.Head)));
        Assert.False(TiktokenFile.IsRankList(TinyTokenizer.File));
    }
}
