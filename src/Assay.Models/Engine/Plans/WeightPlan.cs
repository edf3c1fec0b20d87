namespace Assay.Models.Engine.Plans;

/// <summary>A weight that a plan needs.</summary>
/// <param name="Name">Name as the family describes it.</param>
/// <param name="Shape">Shape as stored in the file.</param>
/// <param name="Trained">Whether full fine-tuning changes it; false for buffers such as a router's correction bias.</param>
public sealed record WeightPlan(string Name, IReadOnlyList<long> Shape, bool Trained = true)
{
    /// <summary>Value of a vector that leaves its input alone, with which a new model starts: 1 for a norm's weight, 0 for biases and for weights stored less 1.</summary>
    public float Neutral { get; init; }

    /// <summary>Whether the matrix is stored [inputs, outputs].</summary>
    public bool Transposed { get; init; }

    /// <summary>Its sizes in an NF4 file: quantising turns a transposed matrix to [outputs, inputs] first, and it is stored that way round.</summary>
    /// <remarks>Source: <c>create_quantized_param</c> of transformers' bitsandbytes quantiser, on Conv1D.</remarks>
    public IReadOnlyList<long> QuantisedShape => Transposed ? [.. Shape.Reverse()] : Shape;
}
