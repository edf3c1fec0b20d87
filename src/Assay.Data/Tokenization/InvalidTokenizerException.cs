namespace Assay.Data.Tokenization;

/// <summary>A tokenizer file is damaged, contradicts itself, or uses a part that Assay does not implement; the message names which.</summary>
public sealed class InvalidTokenizerException : Exception
{
    /// <param name="message">What is wrong and where.</param>
    /// <param name="inner">The cause, when there is one.</param>
    public InvalidTokenizerException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
