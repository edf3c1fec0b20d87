using Assay.Models.Engine.Plans;
using TorchSharp;

namespace Assay.Worker.Bench;

/// <summary>What autograd keeps of a padded batch, so that a machine too small for the opponent skips it instead of dying.</summary>
internal static class NaiveForecast
{
    // Tensors of one token and block that the graph keeps, counted in the model's code: rows of width D, F, and of the joined heads.
    private const int HiddenRows = 14;
    private const int MlpRows = 6;
    private const int HeadRows = 8;

    /// <summary>Peak of weights, graph and logits, MiB.</summary>
    /// <param name="plan">Qwen2 blocks.</param>
    /// <param name="tokens">Padded tokens of the largest batch.</param>
    /// <param name="type">Compute type.</param>
    public static double Mib(DecoderPlan plan, long tokens, torch.ScalarType type)
    {
        int size = type == torch.ScalarType.Float32 ? 4 : 2;
        double weights = plan.Weights().Sum(weight => weight.Shape.Aggregate(1.0, (count, length) => count * length)) * size;
        double row = plan.Blocks.Sum(block => Row(plan, (GroupedAttention)block.Attention, (GatedMlp)block.Mlp)) * size;
        double logits = tokens * (double)plan.Vocab * (size + 4 + 4 + size);
        return (weights + (tokens * row) + logits) / (1 << 20);
    }

    private static double Row(DecoderPlan plan, GroupedAttention attention, GatedMlp mlp) =>
        (HiddenRows * plan.Hidden) + (MlpRows * mlp.Down.In) + (HeadRows * attention.Heads * attention.HeadDim);
}
