using Assay.Data.Tokenization.Files;

namespace Assay.Data.Tokenization;

/// <summary>Reads a Hugging Face <c>tokenizer.json</c>.</summary>
public static class TokenizerJson
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidTokenizerException">The file is unreadable, too large, damaged or uses a part that is not supported.</exception>
    public static Tokenizer Load(string path) => Parse(TokenizerBytes.Read(path));

    /// <summary>Reads the bytes of a file.</summary>
    /// <exception cref="InvalidTokenizerException">The file is damaged or uses a part that is not supported.</exception>
    public static Tokenizer Parse(ReadOnlyMemory<byte> utf8) => new(TokenizerJsonReader.Read(utf8));
}
