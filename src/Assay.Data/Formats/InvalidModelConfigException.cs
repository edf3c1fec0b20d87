namespace Assay.Data.Formats;

/// <summary>A model's or adapter's configuration cannot be used; the message names the field and the reason.</summary>
public sealed class InvalidModelConfigException : Exception
{
    public InvalidModelConfigException(string message) : base(message)
    {
    }

    public InvalidModelConfigException(string message, Exception cause) : base(message, cause)
    {
    }
}
