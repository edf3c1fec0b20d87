namespace Assay.Data.Trace;

/// <summary>A reference-bits table is damaged or of another format.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="inner">The cause, when there is one.</param>
public sealed class InvalidReferenceBitsException(string message, Exception? inner = null) : Exception(message, inner);
