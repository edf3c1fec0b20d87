namespace Assay.Data.Formats.Gguf;

/// <summary>A GGUF file that cannot be read; the message says what and where.</summary>
public sealed class InvalidGgufException : Exception
{
    public InvalidGgufException(string message) : base(message)
    {
    }

    public InvalidGgufException(string message, Exception cause) : base(message, cause)
    {
    }
}
