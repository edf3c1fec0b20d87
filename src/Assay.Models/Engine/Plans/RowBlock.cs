namespace Assay.Models.Engine.Plans;

/// <summary>A hub layer's place in an engine matrix: all its rows, in the given order.</summary>
/// <param name="Module">The hub layer.</param>
/// <param name="Order">Which hub row fills which engine row.</param>
public sealed record RowBlock(LinearModule Module, RowOrder Order)
{
    /// <summary>A hub layer in its own row order.</summary>
    public static RowBlock Of(string name, int inputs, int outputs, bool bias) => new(new LinearModule(name, inputs, outputs, bias), RowOrder.Identity);
}
