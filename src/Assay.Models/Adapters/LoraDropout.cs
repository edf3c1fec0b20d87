using static TorchSharp.torch;

namespace Assay.Models.Adapters;

/// <summary>Dropout on the inputs of LoRA's A, from a counter generator: the same seed, layer and step always drop the same.</summary>
/// <param name="Rate">Share that is dropped, above 0 and below 1; the rest is divided by 1 − Rate.</param>
/// <param name="Seed">The run's seed.</param>
public sealed record LoraDropout(double Rate, ulong Seed)
{
    /// <summary>Factors of a layer's inputs, 0 or 1 / (1 − Rate).</summary>
    /// <param name="module">Path of the layer.</param>
    /// <param name="step">Key of the forward call.</param>
    /// <param name="shape">[..., K].</param>
    internal Tensor Mask(string module, long step, long[] shape)
    {
        float[] mask = new float[shape.Aggregate(1L, (count, size) => count * size)];
        Fill(module, step, 0, mask);
        return tensor(mask, shape);
    }

    /// <summary>Factors of a run of inputs.</summary>
    /// <param name="module">Path of the layer.</param>
    /// <param name="step">Key of the forward call.</param>
    /// <param name="first">Index of the first input in the call, row by row.</param>
    /// <param name="factors">Receives 0 or 1 / (1 − Rate).</param>
    public void Fill(string module, long step, long first, Span<float> factors)
    {
        var random = Random(module, step);
        float kept = (float)(1 / (1 - Rate));
        for (int index = 0; index < factors.Length; index++)
        {
            factors[index] = random.Uniform(first + index) < Rate ? 0 : kept;
        }
    }

    /// <summary>The generator of a layer's mask; input i of the call is dropped where its number i is below the rate.</summary>
    internal CounterRandom Random(string module, long step) => new(Seed, $"dropout {step} {module}");
}
