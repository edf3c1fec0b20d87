using static TorchSharp.torch;

namespace Assay.Models.Adapters;

/// <summary>Low-rank update of one frozen linear layer: y += s · (x Aᵀ) Bᵀ.</summary>
/// <remarks>Hu et al. 2021, arXiv:2106.09685 §4.1.</remarks>
public sealed class LoraPair : IDisposable
{
    private readonly double dropout;
    private readonly ulong seed;

    internal LoraPair(string module, Tensor a, Tensor b, double scale, (double Rate, ulong Seed) dropout)
    {
        (Module, A, B, Scale) = (module, a, b, scale);
        (this.dropout, seed) = dropout;
    }

    /// <summary>Path of the adapted layer.</summary>
    public string Module { get; }

    /// <summary>[R, K], fp32.</summary>
    public Tensor A { get; }

    /// <summary>[O, R], fp32.</summary>
    public Tensor B { get; }

    /// <summary>s = α/R, or α/√R for rsLoRA.</summary>
    public double Scale { get; }

    /// <summary>R.</summary>
    public int Rank => (int)A.shape[0];

    /// <param name="x">[..., K].</param>
    /// <param name="dropoutStep">Training step that keys the dropout mask; null applies none.</param>
    /// <returns>[..., O].</returns>
    internal Tensor Delta(Tensor x, long? dropoutStep)
    {
        if (dropoutStep is { } step && dropout > 0)
        {
            x *= Mask(x, step);
        }

        return nn.functional.linear(nn.functional.linear(x, A), B) * Scale;
    }

    /// <summary>The update as a matrix, s·B·A, [O, K].</summary>
    public Tensor Matrix() => matmul(B.detach(), A.detach()) * Scale;

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }

    private Tensor Mask(Tensor x, long step)
    {
        var random = new CounterRandom(seed, $"dropout {step} {Module}");
        float kept = (float)(1 / (1 - dropout));
        float[] mask = new float[x.numel()];
        for (int index = 0; index < mask.Length; index++)
        {
            mask[index] = random.Uniform(index) < dropout ? 0 : kept;
        }

        return tensor(mask, x.shape);
    }
}
