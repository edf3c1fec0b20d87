namespace Assay.Models.Engine;

/// <summary>A model as a value: which blocks in which order, made of which named weights. No tensors.</summary>
/// <param name="ModelType"><c>model_type</c> of the family that described it.</param>
/// <param name="Vocab">V, rows of the embedding table.</param>
/// <param name="Hidden">D, width of the residual stream.</param>
/// <param name="MaxPositions">Longest context in tokens the model was made for.</param>
/// <param name="Embedding">Token embeddings.</param>
/// <param name="Rope">Rotary positions, shared by all blocks; null when the model has none.</param>
/// <param name="Blocks">The blocks in order.</param>
/// <param name="FinalNorm">Norm before the head.</param>
/// <param name="Head">Output projection.</param>
/// <remarks>The reference path and the packed path both interpret this value; no family has code in either.</remarks>
public sealed record DecoderPlan(
    string ModelType,
    int Vocab,
    int Hidden,
    int MaxPositions,
    EmbeddingPlan Embedding,
    RopePlan? Rope,
    IReadOnlyList<BlockPlan> Blocks,
    NormPlan FinalNorm,
    HeadPlan Head)
{
    /// <summary>Every frozen linear layer inside the blocks, in the order data flows; these are PEFT's <c>all-linear</c>.</summary>
    public IEnumerable<LinearModule> Linears => Blocks.SelectMany(block => block.Linears);

    /// <summary>Every weight the plan needs, by the name it is described with, and its shape as stored.</summary>
    public IEnumerable<WeightPlan> Weights()
    {
        yield return new WeightPlan(Embedding.Table, [Vocab, Hidden]);
        foreach (var block in Blocks)
        {
            yield return new WeightPlan($"{block.Pre1.Name}.weight", [Hidden]);
            yield return new WeightPlan($"{block.Pre2.Name}.weight", [Hidden]);
            foreach (var linear in block.Linears)
            {
                yield return new WeightPlan($"{linear.Name}.weight", [linear.Out, linear.In]);
                if (linear.Bias)
                {
                    yield return new WeightPlan($"{linear.Name}.bias", [linear.Out]);
                }
            }
        }

        yield return new WeightPlan($"{FinalNorm.Name}.weight", [Hidden]);
        if (!Head.Tied)
        {
            yield return new WeightPlan(Head.Table, [Vocab, Hidden]);
        }
    }
}
