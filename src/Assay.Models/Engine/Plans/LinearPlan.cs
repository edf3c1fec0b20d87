namespace Assay.Models.Engine.Plans;

/// <summary>One engine matrix, made of the rows of one or more hub layers that read the same input.</summary>
/// <param name="Rows">The hub layers from the first engine row to the last; all have the same inputs.</param>
/// <remarks>
/// Engine row order is the same for every family: <c>[query heads | key heads | value heads]</c>, <c>[gate | up]</c>, rotary pairs half-split.
/// Weights, biases, LoRA B, DoRA magnitudes and their gradients follow the row order; LoRA A has no output rows.
/// </remarks>
public sealed record LinearPlan(IReadOnlyList<RowBlock> Rows)
{
    /// <summary>Inputs K.</summary>
    public int In => Rows[0].Module.In;

    /// <summary>Outputs O.</summary>
    public int Out => Rows.Sum(block => block.Module.Out);

    /// <summary>Whether any row has a bias.</summary>
    public bool Bias => Rows.Any(block => block.Module.Bias);

    /// <summary>The hub layers.</summary>
    public IEnumerable<LinearModule> Modules => Rows.Select(block => block.Module);
}
