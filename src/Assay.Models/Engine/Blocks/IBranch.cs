using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>An attention or feed-forward branch, [N, D] to [N, D].</summary>
internal interface IBranch : IDisposable
{
    /// <summary>Its matrices in the order data flows.</summary>
    IEnumerable<FusedLinear> Linears { get; }

    /// <summary>Where its input goes: [N, ≥ D], the first D columns are for the caller to fill before the forward call, and again, with the same values, before the backward one.</summary>
    Tensor Input(PackedPass pass);

    /// <summary>Whether the result is summed in fp32 anyway and should not be rounded on its way to the residual stream.</summary>
    bool ResultIsFloat => false;

    /// <summary>Computes the branch from its filled input.</summary>
    /// <param name="pass">The call.</param>
    /// <param name="y">[N, D], operand or fp32 as <see cref="ResultIsFloat"/> says.</param>
    void Forward(PackedPass pass, Tensor y);

    /// <summary>Adds up the gradients of its matrices.</summary>
    /// <param name="pass">The call.</param>
    /// <param name="dy">[N, D].</param>
    /// <param name="needInput">Whether the input's gradient is wanted.</param>
    /// <returns>[N, ≥ D] with the input's gradient first, or null.</returns>
    Tensor? Backward(PackedPass pass, Tensor dy, bool needInput);
}
