using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Assay.Data.Formats.Gguf;

/// <summary>fp32 rows as GGUF tensors hold them.</summary>
public static class GgufElements
{
    /// <summary>Elements of a Q8_0 block; rows must be a multiple of it.</summary>
    public const int Block = 32;

    private const int BlockBytes = 34;

    /// <summary>Bytes of a number of elements.</summary>
    /// <exception cref="ArgumentException">Q8_0 needs whole blocks.</exception>
    public static long Bytes(GgufType type, long elements) => type switch
    {
        GgufType.F32 => 4 * elements,
        GgufType.F16 or GgufType.BF16 => 2 * elements,
        GgufType.Q8_0 when elements % Block == 0 => elements / Block * BlockBytes,
        _ => throw new ArgumentException($"{elements} elements are no whole blocks of {type}.", nameof(elements)),
    };

    /// <summary>Encodes elements.</summary>
    /// <param name="values">Whole rows.</param>
    /// <param name="type">Type to write.</param>
    /// <param name="destination">Exactly as long as <see cref="Bytes"/> says.</param>
    /// <exception cref="OverflowException">A value is too large for the type or not a number; bf16 and fp32 hold every finite one.</exception>
    public static void Encode(ReadOnlySpan<float> values, GgufType type, Span<byte> destination)
    {
        switch (type)
        {
            case GgufType.F32:
                MemoryMarshal.AsBytes(values).CopyTo(destination);
                break;
            case GgufType.F16:
                EncodeHalves(values, MemoryMarshal.Cast<byte, Half>(destination));
                break;
            case GgufType.BF16:
                var upper = MemoryMarshal.Cast<byte, ushort>(destination);
                for (int index = 0; index < values.Length; index++)
                {
                    upper[index] = FloatBytes.ToBFloat16(values[index]);
                }

                break;
            default:
                for (int block = 0; block * Block < values.Length; block++)
                {
                    EncodeBlock(values.Slice(block * Block, Block), destination.Slice(block * BlockBytes, BlockBytes));
                }

                break;
        }
    }

    /// <summary>Widens elements to fp32.</summary>
    /// <param name="stored">As long as <see cref="Bytes"/> says.</param>
    /// <param name="type">Type they are stored in.</param>
    /// <param name="destination">Whole rows.</param>
    public static void Decode(ReadOnlySpan<byte> stored, GgufType type, Span<float> destination)
    {
        switch (type)
        {
            case GgufType.F32:
                stored.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case GgufType.F16:
                var halves = MemoryMarshal.Cast<byte, Half>(stored);
                for (int index = 0; index < destination.Length; index++)
                {
                    destination[index] = (float)halves[index];
                }

                break;
            case GgufType.BF16:
                var upper = MemoryMarshal.Cast<byte, ushort>(stored);
                for (int index = 0; index < destination.Length; index++)
                {
                    destination[index] = BitConverter.UInt32BitsToSingle((uint)upper[index] << 16);
                }

                break;
            default:
                for (int block = 0; block * Block < destination.Length; block++)
                {
                    var bytes = stored.Slice(block * BlockBytes, BlockBytes);
                    float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);
                    for (int index = 0; index < Block; index++)
                    {
                        destination[(block * Block) + index] = scale * (sbyte)bytes[2 + index];
                    }
                }

                break;
        }
    }

    private static void EncodeHalves(ReadOnlySpan<float> values, Span<Half> destination)
    {
        for (int index = 0; index < values.Length; index++)
        {
            destination[index] = Checked(values[index]);
        }
    }

    // Scale = largest magnitude / 127; elements are rounded half away from zero, as ggml's reference quantisation does.
    private static void EncodeBlock(ReadOnlySpan<float> values, Span<byte> destination)
    {
        float largest = 0;
        foreach (float value in values)
        {
            largest = float.MaxMagnitude(largest, float.Abs(value));
        }

        float scale = largest / 127;
        BinaryPrimitives.WriteHalfLittleEndian(destination, Checked(scale));
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int index = 0; index < Block; index++)
        {
            destination[2 + index] = (byte)(sbyte)float.Round(values[index] * inverse, MidpointRounding.AwayFromZero);
        }
    }

    private static Half Checked(float value)
    {
        var half = (Half)value;
        return Half.IsFinite(half) ? half : throw new OverflowException($"{value} does not fit into half precision.");
    }
}
