using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>NF4 matrices from and to tensors.</summary>
public static class Nf4Weights
{
    /// <summary>Quantises a weight as bitsandbytes does, with double quantisation unless told otherwise.</summary>
    /// <param name="weights">Elements as stored, row by row in hub order.</param>
    /// <param name="dtype">F32, F16 or BF16.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="nested">Whether the block scales are quantised too.</param>
    /// <exception cref="ArgumentException">The bytes do not fit shape and type, or a value is not finite.</exception>
    public static Nf4Matrix Quantise(ReadOnlySpan<byte> weights, TensorDtype dtype, IReadOnlyList<long> shape, bool nested = true)
    {
        var matrix = Nf4Quantiser.Quantise(weights, dtype, shape);
        return nested ? matrix with { Scales = Nf4Quantiser.Quantise(matrix.Scales.ToArray(), Mean(matrix.Scales)) } : matrix;
    }

    /// <summary>The offset of double quantisation: libtorch's mean of the block scales.</summary>
    /// <remarks>
    /// Only its order of summation gives bitsandbytes' bits: a sequential sum and a sum in double both differ for some matrices.
    /// The order also depends on the thread count once there are more than 32,768 blocks, so the sum always runs on one thread.
    /// </remarks>
    public static float Mean(Nf4Scales scales)
    {
        int threads = get_num_threads();
        try
        {
            set_num_threads(1);
            using var absmax = tensor(scales.ToArray());
            using var mean = absmax.mean();
            return mean.item<float>();
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    /// <summary>The dequantised weight, fp32 in its stored shape.</summary>
    public static Tensor ToFloat32(Nf4Matrix matrix)
    {
        float[] values = new float[matrix.Elements];
        matrix.Dequantise(values);
        return tensor(values, [.. matrix.Shape]);
    }
}
