namespace Assay.Data.Tokenization;

/// <summary>Opens the tokenizer of a model folder, whichever file holds it.</summary>
public static class TokenizerFolder
{
    /// <summary>Opens the tokenizer.</summary>
    /// <param name="folder">Model folder in Hugging Face layout.</param>
    /// <exception cref="InvalidTokenizerException">There is none, or it cannot be used; the message says which file and why.</exception>
    public static Tokenizer Open(string folder) => TokenizerJson.Load(Path.Combine(folder, "tokenizer.json"));
}
