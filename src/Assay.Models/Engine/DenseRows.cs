using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>A layer that a quantised model keeps unquantised.</summary>
/// <param name="values">[rows, K] in engine order; owned from here on.</param>
/// <param name="first">First engine row.</param>
internal sealed class DenseRows(Tensor values, int first) : IQuantisedRows
{
    /// <inheritdoc/>
    public long Bytes => values.numel() * values.element_size();

    /// <inheritdoc/>
    public void WriteTo(Tensor expanded)
    {
        using var rows = expanded.narrow(0, first, values.shape[0]);
        using var target = rows.narrow(1, 0, values.shape[1]);
        target.copy_(values);
    }

    public void Dispose() => values.Dispose();
}
