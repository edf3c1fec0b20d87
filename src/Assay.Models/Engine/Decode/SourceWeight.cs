using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Models.Engine.Kernels;

namespace Assay.Models.Engine.Decode;

/// <summary>A weight where it lies: in a mapped file or in a tensor. Row-major.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Address">First byte; valid while its owner lives.</param>
/// <param name="Dtype">F32, F16, BF16 or F64.</param>
/// <param name="Shape">Sizes.</param>
internal sealed unsafe record SourceWeight(string Name, nint Address, TensorDtype Dtype, IReadOnlyList<long> Shape)
{
    private readonly Lazy<float[]> blockScales = new(() => []);

    /// <summary>The codes when the weight is stored in NF4; then the address is unused, and rows are those of the dequantised matrix, never transposed.</summary>
    public Nf4Matrix? Nf4
    {
        get;
        init
        {
            field = value;
            blockScales = new Lazy<float[]>(() => value?.Scales.ToArray() ?? []);
        }
    }

    /// <summary>Scales of an NF4 weight's blocks, expanded once.</summary>
    public float[] BlockScales => blockScales.Value;

    /// <summary>What may be disposed once the weight has been copied, or null when something else owns the memory.</summary>
    public IDisposable? Owner { get; init; }

    /// <summary>Rows of the matrix; 1 for a vector.</summary>
    public long Rows => Shape.Count > 1 ? Shape[0] : 1;

    /// <summary>Elements of a row.</summary>
    public int Width => (int)Shape[^1];

    /// <summary>A row as fp32.</summary>
    /// <param name="row">0 … Rows − 1.</param>
    /// <param name="target">Width floats.</param>
    public void ReadRow(long row, Span<float> target)
    {
        if (Nf4 is { } codes)
        {
            codes.Dequantise(row * Width, BlockScales, target);
        }
        else
        {
            Read(row * Width, 1, target);
        }
    }

    /// <summary>A column as fp32: a row of a matrix that is stored transposed.</summary>
    public void ReadColumn(long column, Span<float> target) => Read(column, Width, target);

    private void Read(long first, long step, Span<float> target)
    {
        switch (Dtype)
        {
            case TensorDtype.F32:
                var singles = (float*)Address + first;
                for (int index = 0; index < target.Length; index++)
                {
                    target[index] = singles[index * step];
                }

                break;
            case TensorDtype.BF16:
                var shorts = (ushort*)Address + first;
                for (int index = 0; index < target.Length; index++)
                {
                    target[index] = Bf16.Widen(shorts[index * step]);
                }

                break;
            case TensorDtype.F16:
                var halves = (Half*)Address + first;
                for (int index = 0; index < target.Length; index++)
                {
                    target[index] = (float)halves[index * step];
                }

                break;
            case TensorDtype.F64:
                var doubles = (double*)Address + first;
                for (int index = 0; index < target.Length; index++)
                {
                    target[index] = (float)doubles[index * step];
                }

                break;
            default:
                throw new InvalidSafetensorsException($"Weight '{Name}' has dtype {Dtype.FileName()}; weights are F32, F16, BF16 or F64.");
        }
    }
}
