using Assay.Data.Tokenization;

namespace Assay.Data.Tests.Tokenization;

public sealed class TokenizerFolderTests : IDisposable
{
    private static readonly byte[] SentencePiece = TinySentencePiece.Write(
        TinySentencePiece.BytePairs, [.. TinySentencePiece.Head, .. TinySentencePiece.Bytes, ("▁", -1, 1), ("a", -2, 1)], byteFallback: true);

    private readonly string folder = Directory.CreateTempSubdirectory("assay-tokenizer-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_tokenizer_json_comes_first()
    {
        Write("tokenizer.json", TinyTokenizer.File);
        Write("tokenizer.model", SentencePiece);
        Assert.Equal(TinyTokenizer.Tokenizer.VocabularySize, TokenizerFolder.Open(folder).VocabularySize);
    }

    [Fact]
    public void A_sentencepiece_model_finds_the_control_tokens_that_the_configuration_names()
    {
        Write("tokenizer.model", SentencePiece);
        Assert.Equal([259, .. Bytes("<s>"), 260], TokenizerFolder.Open(folder).Encode("<s>a"));
        Write("tokenizer_config.json", """
            {"bos_token": "<s>", "eos_token": {"content": "</s>"}, "added_tokens_decoder": {"261": {"content": "<|user|>", "special": true}},
             "chat_template": [{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}]}
            """u8);
        var tokenizer = TokenizerFolder.Open(folder);
        Assert.Equal([1, 259, 260, 2, 261], tokenizer.Encode("<s>a</s><|user|>"));
        Assert.Equal([1, 259, 260], tokenizer.EncodeWithSpecials("a"));
        Assert.Equal((262, "<|user|>"), (tokenizer.VocabularySize, tokenizer.Decode([261])));
        Assert.Equal("d", TokenizerConfig.LoadFolder(folder).ChatTemplate);
    }

    [Fact]
    public void Older_folders_keep_added_tokens_in_a_file_of_their_own()
    {
        Write("tokenizer.model", SentencePiece);
        Write("added_tokens.json", """{"<pad>": 261}"""u8);
        Assert.Equal([259, 260, 261], TokenizerFolder.Open(folder).Encode("a<pad>"));
        Write("added_tokens.json", """{"<pad>": -1}"""u8);
        Assert.Throws<InvalidTokenizerException>(() => TokenizerFolder.Open(folder));
    }

    [Fact]
    public void A_model_may_begin_with_tokens_of_its_own_or_with_none()
    {
        Write("tokenizer.model", SentencePiece);
        Write("tokenizer_config.json", """{"tokenizer_class": "ChatGLMTokenizer", "added_tokens_decoder": {"300": {"content": "[gMASK]"}, "302": {"content": "sop"}}}"""u8);
        Assert.Equal([300, 302, 259, 260], TokenizerFolder.Open(folder).EncodeWithSpecials("a"));
        Write("tokenizer_config.json", """{"bos_token": "<s>", "add_bos_token": false}"""u8);
        Assert.Equal([259, 260], TokenizerFolder.Open(folder).EncodeWithSpecials("a"));
    }

    [Fact]
    public void A_rank_list_is_known_by_its_content_whatever_its_name()
    {
        Write("tokenizer_config.json", """{"pat_str": "\\p{L}+"}"""u8);
        Write("tokenizer.model", TiktokenFileTests.Ranks("ab"));
        Assert.Equal([256], TokenizerFolder.Open(folder).Encode("ab"));
        File.Move(Path.Combine(folder, "tokenizer.model"), Path.Combine(folder, "own.tiktoken"));
        Assert.Equal([256], TokenizerFolder.Open(folder).Encode("ab"));
    }

    [Fact]
    public void A_template_file_beside_it_replaces_the_one_in_the_configuration()
    {
        Write("chat_template.jinja", "own"u8);
        Assert.Equal("own", TokenizerConfig.LoadFolder(folder).ChatTemplate);
        Write("tokenizer_config.json", """{"chat_template": "other"}"""u8);
        Assert.Equal("own", TokenizerConfig.LoadFolder(folder).ChatTemplate);
    }

    [Fact]
    public void A_folder_without_a_tokenizer_says_what_is_read()
    {
        var error = Assert.Throws<InvalidTokenizerException>(() => TokenizerFolder.Open(folder));
        Assert.Contains("tokenizer.json, tokenizer.model", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_that_contradicts_the_vocabulary_is_refused()
    {
        Write("tokenizer.model", SentencePiece);
        Write("tokenizer_config.json", """{"added_tokens_decoder": {"7": {"content": "<s>"}}}"""u8);
        Assert.Contains("'<s>'", Assert.Throws<InvalidTokenizerException>(() => TokenizerFolder.Open(folder)).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<int> Bytes(string text) => text.Select(unit => 3 + unit);

    private void Write(string name, ReadOnlySpan<byte> bytes) => File.WriteAllBytes(Path.Combine(folder, name), bytes);
}
