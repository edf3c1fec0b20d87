using Assay.Data.Tokenization.Files;

namespace Assay.Data.Tokenization;

/// <summary>Opens the tokenizer of a model folder, whichever file holds it.</summary>
/// <remarks>
/// <c>tokenizer.json</c> if there is one; else <c>tokenizer.model</c>, a SentencePiece model or a tiktoken rank list, told apart by their content;
/// else a single <c>*.tiktoken</c>.
/// </remarks>
public static class TokenizerFolder
{
    private const long LargestFile = 64L << 20;

    /// <summary>Opens the tokenizer.</summary>
    /// <param name="folder">Model folder in Hugging Face layout.</param>
    /// <exception cref="InvalidTokenizerException">There is none, or it cannot be used; the message says which file and why.</exception>
    public static Tokenizer Open(string folder)
    {
        var json = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(json))
        {
            return TokenizerJson.Load(json);
        }

        var bytes = TokenizerBytes.Read(ModelFile(folder), LargestFile);
        var config = TokenizerConfig.LoadFolder(folder);
        return TiktokenFile.IsRankList(bytes) ? TiktokenFile.Parse(bytes, config) : SentencePieceModel.Parse(bytes, config);
    }

    private static string ModelFile(string folder)
    {
        var model = Path.Combine(folder, "tokenizer.model");
        if (File.Exists(model))
        {
            return model;
        }

        string[] ranks = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.tiktoken") : [];
        return ranks is [var only]
            ? only
            : throw new InvalidTokenizerException($"The folder '{Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}' has no tokenizer: tokenizer.json, tokenizer.model and *.tiktoken are read.");
    }
}
