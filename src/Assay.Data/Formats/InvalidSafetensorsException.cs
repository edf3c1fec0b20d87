namespace Assay.Data.Formats;

/// <summary>A file is not a safetensors file that may be read; the message says what is wrong with it.</summary>
public sealed class InvalidSafetensorsException : Exception
{
    public InvalidSafetensorsException(string message) : base(message)
    {
    }

    public InvalidSafetensorsException(string message, Exception cause) : base(message, cause)
    {
    }
}
