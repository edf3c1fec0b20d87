using System.Runtime.InteropServices;

namespace Assay.Data.Formats;

/// <summary>Floating-point numbers of 16 and 32 bits as files hold them.</summary>
public static class FloatBytes
{
    /// <summary>Converts stored elements to fp32, exactly.</summary>
    /// <param name="bytes">Little-endian elements.</param>
    /// <param name="dtype">F32, F16 or BF16.</param>
    /// <param name="destination">At least as many elements; the rest is left alone.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another type.</exception>
    public static void ToFloat32(ReadOnlySpan<byte> bytes, TensorDtype dtype, Span<float> destination)
    {
        switch (dtype)
        {
            case TensorDtype.F32:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(destination);
                break;
            case TensorDtype.BF16:
                var upper = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int index = 0; index < upper.Length; index++)
                {
                    destination[index] = FromBFloat16(upper[index]);
                }

                break;
            case TensorDtype.F16:
                var halves = MemoryMarshal.Cast<byte, Half>(bytes);
                for (int index = 0; index < halves.Length; index++)
                {
                    destination[index] = (float)halves[index];
                }

                break;
            default:
                throw NoFloat(dtype);
        }
    }

    /// <summary>The value nearest to <paramref name="value"/> that a type can hold, ties to even.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Another type than F32, F16 or BF16.</exception>
    public static float Round(float value, TensorDtype dtype) => dtype switch
    {
        TensorDtype.F32 => value,
        TensorDtype.BF16 => FromBFloat16(ToBFloat16(value)),
        TensorDtype.F16 => (float)(Half)value,
        _ => throw NoFloat(dtype),
    };

    /// <summary>The upper 16 bits of an fp32 number, rounded to nearest, ties to even; NaN stays NaN.</summary>
    public static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>The fp32 number whose upper 16 bits are given.</summary>
    public static float FromBFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    private static ArgumentOutOfRangeException NoFloat(TensorDtype dtype) => new(nameof(dtype), dtype, "The type must be F32, F16 or BF16.");
}
