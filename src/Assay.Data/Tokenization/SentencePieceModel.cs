using Assay.Data.Tokenization.Files;

namespace Assay.Data.Tokenization;

/// <summary>Reads a SentencePiece <c>tokenizer.model</c>: byte pairs or unigram.</summary>
public static class SentencePieceModel
{
    private const long LargestFile = 64L << 20;

    /// <summary>Reads a file. Control tokens are not found in text, as in SentencePiece itself.</summary>
    /// <exception cref="InvalidTokenizerException">The file is unreadable, too large, damaged or of a kind that is not supported.</exception>
    public static Tokenizer Load(string path) => Parse(TokenizerBytes.Read(path, LargestFile));

    /// <summary>Reads the bytes of a file. Control tokens are not found in text, as in SentencePiece itself.</summary>
    /// <exception cref="InvalidTokenizerException">The file is damaged or of a kind that is not supported.</exception>
    public static Tokenizer Parse(ReadOnlySpan<byte> bytes) => new(Builder(bytes).Build());

    /// <summary>Reads the bytes of a file for a model whose configuration names its control tokens: those are found in text, as chat templates write them.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="config">The tokenizer's configuration.</param>
    /// <exception cref="InvalidTokenizerException">The file is damaged or of a kind that is not supported, or the configuration contradicts it.</exception>
    public static Tokenizer Parse(ReadOnlySpan<byte> bytes, TokenizerConfig config)
    {
        var builder = Builder(bytes);
        var parts = builder.Build();
        var named = config.Tokens(builder.Vocabulary);
        var all = parts.AddedTokens.Where(token => named.All(other => other.Id != token.Id)).Concat(named).ToList();
        return new(parts with
        {
            AddedTokens = all,
            Verbatim = new(named.Select(static token => (token.Content, token))),
            Before = Before(config, text => all.Find(token => token.Content == text)?.Id),
        });
    }

    private static SentencePieceBuilder Builder(ReadOnlySpan<byte> bytes)
    {
        var (entries, options) = SentencePieceReader.Read(bytes);
        return new(entries, options);
    }

    // ChatGLM 2 and 3 begin every text with two tokens of their own; others begin with the beginning token unless they say no.
    private static int[] Before(TokenizerConfig config, Func<string, int?> idOf)
    {
        string?[] first = config.TokenizerClass == "ChatGLMTokenizer" ? ["[gMASK]", "sop"] : config.SaysAddBosToken != false ? [config.BosToken] : [];
        return [.. first.OfType<string>().Select(idOf).OfType<int>()];
    }
}
