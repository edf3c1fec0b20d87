using static TorchSharp.torch;

namespace Assay.Models.Adapters;

/// <summary>Low-rank update of one frozen linear layer: y = x Wᵀ + s · (x Aᵀ) Bᵀ; with a magnitude m, DoRA: y = m ⊙ (x (W + s·B·A)ᵀ) / ‖W + s·B·A‖ row by row.</summary>
/// <remarks>
/// The base's bias is added to either. Rows of B and of the magnitude are in hub order, also for a fused layer, and also where the base stores [inputs, outputs].
/// Hu et al. 2021, arXiv:2106.09685 §4.1; Liu et al. 2024, arXiv:2402.09353 §4.
/// </remarks>
public sealed class LoraPair : IDisposable
{
    internal LoraPair(string module, Tensor a, Tensor b, double scale, LoraDropout? dropout = null, Tensor? magnitude = null) =>
        (Module, A, B, Scale, Dropout, Magnitude) = (module, a, b, scale, dropout, magnitude);

    /// <summary>Path of the adapted layer.</summary>
    public string Module { get; }

    /// <summary>[R, K], fp32.</summary>
    public Tensor A { get; }

    /// <summary>[O, R], fp32.</summary>
    public Tensor B { get; }

    /// <summary>m, [O], fp32; null without DoRA.</summary>
    public Tensor? Magnitude { get; }

    /// <summary>s = α/R, or α/√R for rsLoRA.</summary>
    public double Scale { get; }

    /// <summary>What training drops of the inputs, or null for nothing.</summary>
    public LoraDropout? Dropout { get; }

    /// <summary>R.</summary>
    public int Rank => (int)A.shape[0];

    /// <summary>The trained tensors by the last part of their PEFT key.</summary>
    internal IEnumerable<(string Part, Tensor Value)> Parts => Magnitude is null
        ? [("lora_A.weight", A), ("lora_B.weight", B)]
        : [("lora_A.weight", A), ("lora_B.weight", B), ("lora_magnitude_vector", Magnitude)];

    /// <summary>A copy on another device.</summary>
    internal LoraPair CopyTo(Device device) => new(
        Module,
        A.detach().to(device, copy: true).DetachFromDisposeScope(),
        B.detach().to(device, copy: true).DetachFromDisposeScope(),
        Scale,
        Dropout,
        Magnitude?.detach().to(device, copy: true).DetachFromDisposeScope());

    /// <summary>What is added to x Wᵀ.</summary>
    /// <param name="x">[..., K].</param>
    /// <param name="weight">W, [O, K]; only DoRA reads it.</param>
    /// <param name="dropoutStep">Training step that keys the dropout mask; null applies none.</param>
    /// <returns>[..., O].</returns>
    internal Tensor Delta(Tensor x, Tensor weight, long? dropoutStep)
    {
        if (dropoutStep is { } step && Dropout is { } dropout)
        {
            x *= dropout.Mask(Module, step, x.shape).to(x.device);
        }

        var update = nn.functional.linear(nn.functional.linear(x, A), B) * Scale;
        if (Magnitude is null)
        {
            return update;
        }

        // With dropout PEFT sends the dropped inputs through W as well, but leaves the base's own x Wᵀ whole.
        var factor = Magnitude / RowNorms(weight); // [O]
        return ((factor - 1) * nn.functional.linear(x, weight)) + (factor * update);
    }

    /// <summary>The layer's weight with the update inside.</summary>
    /// <param name="weight">W, [O, K].</param>
    /// <returns>[O, K], a new tensor without gradient.</returns>
    public Tensor Merge(Tensor weight)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var sum = weight + (matmul(B, A) * Scale);
        var merged = Magnitude is null ? sum : sum * (Magnitude / RowNorms(weight)).unsqueeze(1);
        return merged.MoveToOuterDisposeScope();
    }

    /// <summary>‖W + s·B·A‖ of each row. A constant for the gradient, as DoRA §4.3 prescribes.</summary>
    /// <param name="weight">W, [O, K].</param>
    /// <returns>[O].</returns>
    internal Tensor RowNorms(Tensor weight)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        return (weight + (matmul(B, A) * Scale)).square().sum(1).sqrt().MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
        Magnitude?.Dispose();
    }
}
