namespace Assay.Data.Formats;

/// <summary>One tensor of a safetensors file: what its header says about it.</summary>
/// <param name="Name">Key in the file, at most 1,024 UTF-8 bytes.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="Shape">Sizes, outermost first; empty for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">First byte after the tensor; <c>End − Begin</c> is exactly elements × element size.</param>
public sealed record TensorEntry(string Name, TensorDtype Dtype, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>Number of bytes.</summary>
    public long Length => End - Begin;

    /// <summary>Number of elements.</summary>
    public long Elements => Length / Dtype.Size();
}
