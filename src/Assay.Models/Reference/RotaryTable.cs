using Assay.Models.Engine;
using static TorchSharp.torch;

namespace Assay.Models.Reference;

/// <summary>Cosines and sines of one forward call, shared by all its blocks; half-split pairs.</summary>
internal sealed record RotaryTable(Tensor Cos, Tensor Sin)
{
    /// <param name="plan">Frequencies.</param>
    /// <param name="tokens">T.</param>
    /// <param name="options">Positions, or the cache whose end the tokens continue.</param>
    public static RotaryTable Make(RopePlan plan, long tokens, ForwardOptions options)
    {
        long first = options.Cache?.Length ?? 0;
        var positions = options.Positions ?? arange(first, first + tokens, ScalarType.Int64).unsqueeze(0); // [1 or B, T]
        int length = (int)positions.max().item<long>() + 1;
        float[] frequencies = [.. plan.Frequencies(length).Select(frequency => (float)frequency)];
        var angles = positions.unsqueeze(1).unsqueeze(-1).to(ScalarType.Float32) * tensor(frequencies); // [·, 1, T, d/2]
        return new RotaryTable(angles.cos(), angles.sin());
    }

    /// <param name="x">[B, H, T, d].</param>
    /// <returns>The same shape, each pair (j, j + d/2) turned by its angle.</returns>
    public Tensor Rotate(Tensor x)
    {
        var halves = x.chunk(2, -1);
        return cat([(halves[0] * Cos) - (halves[1] * Sin), (halves[1] * Cos) + (halves[0] * Sin)], -1);
    }
}
