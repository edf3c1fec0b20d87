using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Models.Engine.Plans;
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

    /// <summary>Quantises a weight with double quantisation, turned to [outputs, inputs] first where it is stored the other way round.</summary>
    /// <param name="stored">Values in their stored shape; fp16 and bf16 keep their type, everything else counts as fp32.</param>
    /// <param name="weight">Which weight.</param>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    public static Nf4Matrix Quantise(Tensor stored, WeightPlan weight)
    {
        var (dtype, type) = stored.dtype switch
        {
            ScalarType.BFloat16 => (TensorDtype.BF16, ScalarType.BFloat16),
            ScalarType.Float16 => (TensorDtype.F16, ScalarType.Float16),
            _ => (TensorDtype.F32, ScalarType.Float32),
        };
        using var values = stored.to(type);
        using var turned = weight.Transposed ? values.t() : values.alias();
        using var dense = turned.contiguous();
        return Quantise(dense.bytes, dtype, weight.QuantisedShape);
    }

    /// <summary>The dequantised weight in its stored shape, fp32.</summary>
    /// <param name="matrix">Of the weight's <see cref="WeightPlan.QuantisedShape"/>.</param>
    /// <param name="weight">Which weight.</param>
    public static Tensor ToFloat32(Nf4Matrix matrix, WeightPlan weight)
    {
        float[] values = new float[matrix.Elements];
        matrix.Dequantise(values);
        var result = tensor(values, [.. matrix.Shape]);
        if (!weight.Transposed)
        {
            return result;
        }

        using (result)
        {
            using var turned = result.t();
            return turned.contiguous();
        }
    }
}
