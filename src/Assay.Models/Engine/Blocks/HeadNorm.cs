using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>A norm over each head of a joined projection, in place; keeps the values it replaced.</summary>
/// <param name="norm">Over one head's width.</param>
/// <param name="role">Name of its buffers.</param>
/// <param name="block">Block index.</param>
/// <param name="first">Column at which the first head begins.</param>
/// <param name="heads">Heads.</param>
/// <param name="width">Columns of a head.</param>
internal sealed class HeadNorm(Norm norm, string role, int block, int first, int heads, int width)
{
    /// <param name="pass">The call.</param>
    /// <param name="joined">[N, columns].</param>
    public void Forward(PackedPass pass, Tensor joined)
    {
        var original = pass.Kept($"{role}.x", block, heads * width);
        using var columns = joined.narrow(1, first, heads * width);
        original.copy_(columns);
        using var rows = original.view(-1, width);
        var result = pass.Work($"{role}.y", heads * width);
        using var resultRows = result.view(-1, width);
        norm.Forward(pass, rows, resultRows);
        columns.copy_(result);
    }

    /// <param name="pass">The call.</param>
    /// <param name="gradient">[N, columns]; the heads' gradients are replaced by those of the values before the norm.</param>
    public void Backward(PackedPass pass, Tensor gradient)
    {
        using var columns = gradient.narrow(1, first, heads * width);
        var dy = pass.Work($"{role}.y", heads * width);
        dy.copy_(columns);
        using var rows = pass.Kept($"{role}.x", block, heads * width).view(-1, width);
        using var dyRows = dy.view(-1, width);
        var dx = pass.Work($"{role}.dx", heads * width);
        using var dxRows = dx.view(-1, width);
        norm.Backward(pass, rows, dyRows, dxRows, add: false);
        columns.copy_(dx);
    }
}
