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
        var file = FindFile(folder);
        if (file.EndsWith(".json", StringComparison.Ordinal))
        {
            return TokenizerJson.Load(file);
        }

        var bytes = TokenizerBytes.Read(file, LargestFile);
        var config = TokenizerConfig.LoadFolder(folder);
        return TiktokenFile.IsRankList(bytes) ? TiktokenFile.Parse(bytes, config) : SentencePieceModel.Parse(bytes, config);
    }

    /// <summary>The file that holds a model folder's vocabulary.</summary>
    /// <param name="folder">Model folder in Hugging Face layout.</param>
    /// <exception cref="InvalidTokenizerException">There is none.</exception>
    public static string FindFile(string folder)
    {
        string[] named = [Path.Combine(folder, "tokenizer.json"), Path.Combine(folder, "tokenizer.model")];
        string[] ranks = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.tiktoken") : [];
        return named.FirstOrDefault(File.Exists) ?? (ranks is [var only]
            ? only
            : throw new InvalidTokenizerException($"The folder '{Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}' has no tokenizer: tokenizer.json, tokenizer.model and *.tiktoken are read."));
    }
}
