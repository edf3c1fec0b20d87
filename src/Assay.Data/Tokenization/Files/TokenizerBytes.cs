namespace Assay.Data.Tokenization.Files;

/// <summary>Reads tokenizer files of bounded size.</summary>
internal static class TokenizerBytes
{
    private const long LargestFile = 256L << 20;

    /// <exception cref="InvalidTokenizerException">The file is unreadable or too large.</exception>
    public static byte[] Read(string path, long largest = LargestFile)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= largest
                ? File.ReadAllBytes(path)
                : throw new InvalidTokenizerException($"'{Path.GetFileName(path)}' has {length} bytes; at most {largest} are read.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidTokenizerException($"'{Path.GetFileName(path)}' cannot be read: {exception.Message}", exception);
        }
    }
}
