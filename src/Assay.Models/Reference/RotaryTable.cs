using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Reference;

/// <summary>Cosines and sines of one forward call, shared by all its blocks; half-split pairs over the first rotary dimensions of a head.</summary>
internal sealed record RotaryTable(Tensor Cos, Tensor Sin)
{
    /// <param name="plan">Frequencies.</param>
    /// <param name="positions">int64 [1 or B, T].</param>
    public static RotaryTable Make(RopePlan plan, Tensor positions)
    {
        int length = (int)positions.max().item<long>() + 1;
        float[] frequencies = [.. plan.Frequencies(length).Select(frequency => (float)frequency)];
        double magnitude = plan.Magnitude;
        var angles = positions.unsqueeze(1).unsqueeze(-1).to(ScalarType.Float32) * tensor(frequencies, device: positions.device); // [·, 1, T, rotary/2]
        return magnitude == 1
            ? new RotaryTable(angles.cos(), angles.sin())
            : new RotaryTable(angles.cos() * magnitude, angles.sin() * magnitude);
    }

    /// <param name="x">[B, H, T, d].</param>
    /// <returns>The same shape, each pair (j, j + rotary/2) turned by its angle; dimensions from rotary on stay.</returns>
    public Tensor Rotate(Tensor x)
    {
        long rotary = 2 * Cos.shape[^1];
        var halves = x.narrow(-1, 0, rotary).chunk(2, -1);
        var turned = cat([(halves[0] * Cos) - (halves[1] * Sin), (halves[1] * Cos) + (halves[0] * Sin)], -1);
        return rotary == x.shape[^1] ? turned : cat([turned, x.narrow(-1, rotary, x.shape[^1] - rotary)], -1);
    }
}
