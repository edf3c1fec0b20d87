using Assay.Data.Formats.Gguf;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Export;

/// <summary>One tensor of a GGUF file, the weights of a plan that it holds, and how the two orders differ.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Shape">Sizes in the file, outermost first.</param>
/// <param name="Type">How elements are stored.</param>
/// <param name="Weights">One weight; several of one shape stand behind each other (experts); none for factors that no weight holds.</param>
internal sealed record GgufSlot(string Name, IReadOnlyList<long> Shape, GgufType Type, IReadOnlyList<WeightPlan> Weights)
{
    /// <summary>Whether the weight is stored [inputs, outputs] and the file's tensor [outputs, inputs].</summary>
    public bool Turned { get; init; }

    /// <summary>Whether the file's values are one more than the weight's.</summary>
    public bool PlusOne { get; init; }

    /// <summary>For each row of the file, the row of the weight (after turning); null for the same order.</summary>
    public int[]? Order { get; init; }

    /// <summary>Values of a slot without weights.</summary>
    public float[]? Factors { get; init; }

    /// <summary>What is written.</summary>
    /// <param name="source">Makes the weights, one at a time.</param>
    public GgufTensor From(ExportSource source) => new(Name, Shape, Type, sink =>
    {
        using var off = no_grad();
        if (Factors is { } factors)
        {
            sink(factors);
        }

        foreach (var weight in Weights)
        {
            using var scope = NewDisposeScope();
            var written = source.Weight(weight);
            written = Turned ? written.t() : written;
            written = PlusOne ? written.to(ScalarType.Float32) + 1 : written;
            written = Order is null ? written : written.index_select(0, tensor(Order.Select(row => (long)row).ToArray()));
            TensorRows.Each<float>(written, ScalarType.Float32, piece => sink(piece));
        }
    });

    /// <summary>The weights of a file's tensor, in fp32 and the plan's shapes; the caller disposes them.</summary>
    /// <param name="file">Has this slot.</param>
    /// <exception cref="InvalidGgufException">The file has no such tensor, or one of another shape.</exception>
    public IEnumerable<(WeightPlan Weight, Tensor Value)> Read(GgufFile file)
    {
        if (Weights.Count == 0)
        {
            yield break;
        }

        using var off = no_grad();
        using var all = tensor(file.Floats(Name, Shape)).reshape([Weights.Count, -1]);
        foreach (var (index, weight) in Weights.Index())
        {
            using var scope = NewDisposeScope();
            var value = all[index].reshape(Weights.Count > 1 ? [.. weight.Shape] : [.. Shape]);
            value = Order is null ? value : value.index_select(0, tensor(Order.Select(row => (long)row).ToArray()).argsort());
            value = PlusOne ? value - 1 : value;
            value = (Turned ? value.t() : value).reshape([.. weight.Shape]).contiguous();
            yield return (weight, (value.is_contiguous() ? value.clone() : value).MoveToOuterDisposeScope());
        }
    }
}
