namespace Assay.Data.Formats;

/// <summary>A tensor to be written, made when its turn comes.</summary>
/// <param name="Name">Key in the file.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Write">Writes exactly the tensor's bytes: little-endian, row-major.</param>
public sealed record StreamedTensor(string Name, TensorDtype Dtype, IReadOnlyList<long> Shape, Action<Stream> Write)
{
    /// <summary>Number of bytes that the shape implies.</summary>
    public long Length => Shape.Aggregate((long)Dtype.Size(), (bytes, size) => checked(bytes * size));
}
