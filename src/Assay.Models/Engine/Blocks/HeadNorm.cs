using Assay.Models.Engine.Kernels;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>A norm over each head of a joined projection, in place; keeps the values it replaced.</summary>
/// <param name="norm">Over one head's width.</param>
/// <param name="role">Name of its buffers.</param>
/// <param name="block">Block index.</param>
/// <param name="first">Column at which the first head begins.</param>
/// <param name="heads">Heads.</param>
internal sealed unsafe class HeadNorm(Norm norm, string role, int block, int first, int heads)
{
    /// <param name="pass">The call.</param>
    /// <param name="joined">[N, columns].</param>
    public void Forward(PackedPass pass, Tensor joined)
    {
        var original = Original(pass);
        using var columns = joined.narrow(1, first, heads * norm.Width);
        RowOperators.Convert(columns, original);
        if (RowOperators.IsBf16(joined))
        {
            norm.Forward(pass, Heads<Bf16>(original), Heads<Bf16>(columns), pass.Count * heads);
        }
        else
        {
            norm.Forward(pass, Heads<Fp32>(original), Heads<Fp32>(columns), pass.Count * heads);
        }
    }

    /// <param name="pass">The call.</param>
    /// <param name="gradient">[N, columns]; the heads' gradients are replaced by those of the values before the norm.</param>
    public void Backward(PackedPass pass, Tensor gradient)
    {
        using var columns = gradient.narrow(1, first, heads * norm.Width);
        var original = Original(pass);
        if (RowOperators.IsBf16(gradient))
        {
            norm.Backward(pass, Heads<Bf16>(original), Heads<Bf16>(columns), Heads<Bf16>(columns), pass.Count * heads, add: false);
        }
        else
        {
            norm.Backward(pass, Heads<Fp32>(original), Heads<Fp32>(columns), Heads<Fp32>(columns), pass.Count * heads, add: false);
        }
    }

    private Tensor Original(PackedPass pass) => pass.Kept($"{role}.x", block, heads * norm.Width);

    /// <summary>One row per token and head.</summary>
    private Rows<T> Heads<T>(Tensor tokens)
        where T : unmanaged => new(RowOperators.Pointer<T>(tokens), tokens.stride(0), heads, norm.Width);
}
