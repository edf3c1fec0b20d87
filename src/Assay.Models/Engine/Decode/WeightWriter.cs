using Assay.Data.Formats.Nf4;
using Assay.Models.Engine.Kernels;

namespace Assay.Models.Engine.Decode;

/// <summary>Rows of a matrix in and out of each format.</summary>
internal static unsafe class WeightWriter
{
    /// <summary>Rounds or quantises a row into its place.</summary>
    /// <param name="matrix">Target; its memory is writable.</param>
    /// <param name="row">Engine row.</param>
    /// <param name="values">K values.</param>
    public static void Write(in WeightRows matrix, int row, ReadOnlySpan<float> values)
    {
        byte* target = (byte*)matrix.Data + (row * matrix.Stride);
        float* scales = (float*)matrix.Scales;
        switch (matrix.Format)
        {
            case WeightFormat.Fp32:
                values.CopyTo(new Span<float>(target, values.Length));
                break;
            case WeightFormat.Bf16:
                for (int index = 0; index < values.Length; index++)
                {
                    ((ushort*)target)[index] = Bf16.Round(values[index]);
                }

                break;
            case WeightFormat.Int8:
                scales[row] = GemvQuantise.Int8(values, (sbyte*)target);
                break;
            default:
                GemvQuantise.Nf4(values, target, scales + ((long)row * (matrix.Inputs / WeightRows.Block)));
                break;
        }
    }

    /// <summary>Copies a row's codes and scales from a matrix with the same blocks.</summary>
    /// <param name="matrix">Target, NF4.</param>
    /// <param name="row">Engine row.</param>
    /// <param name="codes">Source; its rows divide into blocks of 64.</param>
    /// <param name="scales">Its scales, expanded.</param>
    /// <param name="sourceRow">Row of the source.</param>
    public static void Copy(in WeightRows matrix, int row, Nf4Matrix codes, ReadOnlySpan<float> scales, int sourceRow)
    {
        int blocks = matrix.Inputs / WeightRows.Block;
        int bytes = matrix.Inputs / 2;
        codes.Packed.Span.Slice(checked(sourceRow * bytes), bytes).CopyTo(new Span<byte>((byte*)matrix.Data + (row * matrix.Stride), bytes));
        scales.Slice(sourceRow * blocks, blocks).CopyTo(new Span<float>((float*)matrix.Scales + ((long)row * blocks), blocks));
    }

    /// <summary>The weights of a row as the products use them.</summary>
    /// <param name="matrix">Source.</param>
    /// <param name="row">Engine row.</param>
    /// <param name="target">K floats.</param>
    public static void Read(in WeightRows matrix, int row, Span<float> target)
    {
        byte* source = (byte*)matrix.Data + (row * matrix.Stride);
        float* scales = (float*)matrix.Scales;
        switch (matrix.Format)
        {
            case WeightFormat.Fp32:
                new ReadOnlySpan<float>(source, target.Length).CopyTo(target);
                break;
            case WeightFormat.Bf16:
                for (int index = 0; index < target.Length; index++)
                {
                    target[index] = Bf16.Widen(((ushort*)source)[index]);
                }

                break;
            case WeightFormat.Int8:
                for (int index = 0; index < target.Length; index++)
                {
                    target[index] = scales[row] * ((sbyte*)source)[index];
                }

                break;
            default:
                float* own = scales + ((long)row * (matrix.Inputs / WeightRows.Block));
                for (int index = 0; index < target.Length; index += 2)
                {
                    float scale = own[index / WeightRows.Block];
                    target[index] = scale * Nf4Levels.Values[source[index / 2] >> 4];
                    target[index + 1] = scale * Nf4Levels.Values[source[index / 2] & 15];
                }

                break;
        }
    }
}
