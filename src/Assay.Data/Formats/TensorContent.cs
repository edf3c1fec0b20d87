namespace Assay.Data.Formats;

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Key in the file.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Bytes">Elements, little-endian, row-major.</param>
public sealed record TensorContent(string Name, TensorDtype Dtype, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Bytes);
