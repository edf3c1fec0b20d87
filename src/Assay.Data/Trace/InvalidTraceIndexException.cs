namespace Assay.Data.Trace;

/// <summary>A trace index file is damaged, cut short or of another version; build it again from the snapshot.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="inner">The cause, when there is one.</param>
public sealed class InvalidTraceIndexException(string message, Exception? inner = null) : Exception(message, inner);
