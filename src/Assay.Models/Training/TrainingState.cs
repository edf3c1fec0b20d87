using Assay.Data.Formats;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Training;

/// <summary>Everything a run needs to continue exactly: nothing else in the process has memory of earlier steps.</summary>
/// <param name="Step">Last step whose update is included.</param>
/// <param name="RateScale">Factor on the learning rate; halved after each return.</param>
/// <param name="Returns">How often bad numbers forced a return to a checkpoint.</param>
/// <param name="Tensors">Weights and moments, fp32, as <c>value.</c>, <c>first.</c> and <c>second.</c> + name.</param>
public sealed record TrainingState(int Step, double RateScale, int Returns, IReadOnlyList<TensorContent> Tensors)
{
    internal static TrainingState Capture(AdamW optimiser, int step, double rateScale, int returns)
    {
        var tensors = new List<TensorContent>();
        foreach (var (name, value, first, second) in optimiser.State)
        {
            tensors.Add(TensorBytes.Content($"value.{name}", value, TensorDtype.F32));
            tensors.Add(TensorBytes.Content($"first.{name}", first, TensorDtype.F32));
            tensors.Add(TensorBytes.Content($"second.{name}", second, TensorDtype.F32));
        }

        return new TrainingState(step, rateScale, returns, tensors);
    }

    /// <exception cref="InvalidCheckpointException">The tensors are not those of the optimiser.</exception>
    internal void Restore(AdamW optimiser)
    {
        using var off = no_grad();
        var contents = Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        foreach (var (name, value, first, second) in optimiser.State)
        {
            Copy($"value.{name}", value);
            Copy($"first.{name}", first);
            Copy($"second.{name}", second);
        }

        void Copy(string name, Tensor target)
        {
            if (!contents.Remove(name, out var content) || !content.Shape.SequenceEqual(target.shape))
            {
                throw new InvalidCheckpointException($"The checkpoint has no '{name}' of shape [{string.Join(", ", target.shape)}].");
            }

            using var near = empty(target.shape, ScalarType.Float32);
            content.Bytes.Span.CopyTo(near.bytes);
            target.copy_(near);
        }

        if (contents.Count > 0)
        {
            throw new InvalidCheckpointException($"The checkpoint holds '{contents.Keys.First()}', which this run does not train.");
        }
    }
}
