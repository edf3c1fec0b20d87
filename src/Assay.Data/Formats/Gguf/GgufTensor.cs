namespace Assay.Data.Formats.Gguf;

/// <summary>A tensor to be written, made when its turn comes.</summary>
/// <param name="Name">Key in the file, at most 64 UTF-8 bytes.</param>
/// <param name="Shape">Sizes, outermost first; the file holds them the other way round.</param>
/// <param name="Type">How elements are stored.</param>
/// <param name="Rows">Hands over all elements as fp32, row-major, in pieces of whole rows.</param>
public sealed record GgufTensor(string Name, IReadOnlyList<long> Shape, GgufType Type, Action<GgufRowSink> Rows)
{
    /// <summary>Number of elements.</summary>
    public long Elements => Shape.Aggregate(1L, (count, size) => checked(count * size));
}
