namespace Assay.Models.Engine.Plans;

/// <summary>A model as a value: which blocks in which order, made of which named weights. No tensors.</summary>
/// <param name="ModelType"><c>model_type</c> of the family that described it.</param>
/// <param name="Prefix">Prefix of the base's names, such as <c>model.</c>, that a checkpoint may add or lack.</param>
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
    string Prefix,
    int Vocab,
    int Hidden,
    int MaxPositions,
    EmbeddingPlan Embedding,
    RopePlan? Rope,
    IReadOnlyList<BlockPlan> Blocks,
    NormPlan FinalNorm,
    HeadPlan Head)
{
    /// <summary>Whether the last reported hidden state is taken before the final norm; only traces ask.</summary>
    public bool HiddenBeforeFinalNorm { get; init; }

    /// <summary>Prefixes of stored weights that the model does not compute with, such as layers for predicting further tokens.</summary>
    public IReadOnlyList<string> Unused { get; init; } = [];

    /// <summary>Every linear layer inside the blocks, under its hub name and in the order data flows; these are PEFT's <c>all-linear</c>.</summary>
    public IEnumerable<LinearModule> Linears => Blocks.SelectMany(block => block.Linears).SelectMany(linear => linear.Modules);

    /// <summary>Every weight the plan needs, by the name it is described with, and its shape as stored.</summary>
    public IEnumerable<WeightPlan> Weights()
    {
        yield return new WeightPlan(Embedding.Table, [Vocab, Hidden]);
        if (Embedding.Positions is { } positions)
        {
            yield return new WeightPlan(positions, [MaxPositions, Hidden]);
        }

        foreach (var weight in (Embedding.Norm?.Weights ?? []).Concat(Blocks.SelectMany(block => block.Weights)).Concat(FinalNorm.Weights))
        {
            yield return weight;
        }

        if (!Head.Tied)
        {
            yield return new WeightPlan(Head.Table, [Vocab, Hidden]);
        }
    }
}
