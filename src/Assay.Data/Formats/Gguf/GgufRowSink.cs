namespace Assay.Data.Formats.Gguf;

/// <summary>Takes pieces of a tensor.</summary>
/// <param name="values">The next elements, fp32, whole rows.</param>
public delegate void GgufRowSink(ReadOnlySpan<float> values);
