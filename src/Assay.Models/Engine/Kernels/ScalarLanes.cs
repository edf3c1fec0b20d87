using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>Sixteen values one by one, for processors without AVX2, and the plain reading of what the vector lanes do.</summary>
internal unsafe partial struct ScalarLanes : ILanes<ScalarLanes>
{
    private Sixteen lane;

    public static ScalarLanes Create(float value)
    {
        ScalarLanes result = default;
        for (int i = 0; i < Lanes.Count; i++)
        {
            result.lane[i] = value;
        }

        return result;
    }

    public static ScalarLanes Ramp()
    {
        ScalarLanes result = default;
        for (int i = 0; i < Lanes.Count; i++)
        {
            result.lane[i] = i;
        }

        return result;
    }

    public static ScalarLanes Load(float* source) => LoadPart(source, Lanes.Count);

    public static ScalarLanes LoadPart(float* source, int count)
    {
        ScalarLanes result = default;
        for (int i = 0; i < count; i++)
        {
            result.lane[i] = source[i];
        }

        return result;
    }

    public static void Store(float* target, ScalarLanes value) => StorePart(target, value, Lanes.Count);

    public static void StorePart(float* target, ScalarLanes value, int count)
    {
        for (int i = 0; i < count; i++)
        {
            target[i] = value.lane[i];
        }
    }

    public static ScalarLanes LoadBf16(ushort* source) => LoadBf16Part(source, Lanes.Count);

    public static ScalarLanes LoadBf16Part(ushort* source, int count)
    {
        ScalarLanes result = default;
        for (int i = 0; i < count; i++)
        {
            result.lane[i] = Bf16.Widen(source[i]);
        }

        return result;
    }

    public static void StoreBf16(ushort* target, ScalarLanes value) => StoreBf16Part(target, value, Lanes.Count);

    public static void StoreBf16Part(ushort* target, ScalarLanes value, int count)
    {
        for (int i = 0; i < count; i++)
        {
            target[i] = Bf16.Round(value.lane[i]);
        }
    }

    public static ScalarLanes LoadInt32(int* source, int count)
    {
        ScalarLanes result = default;
        for (int i = 0; i < count; i++)
        {
            result.lane[i] = source[i];
        }

        return result;
    }

    public static void StoreInt8(sbyte* target, ScalarLanes value, int count)
    {
        for (int i = 0; i < count; i++)
        {
            target[i] = (sbyte)MathF.Round(value.lane[i]);
        }
    }

    public static ScalarLanes operator +(ScalarLanes left, ScalarLanes right)
    {
        for (int i = 0; i < Lanes.Count; i++)
        {
            left.lane[i] += right.lane[i];
        }

        return left;
    }

    public static ScalarLanes operator -(ScalarLanes left, ScalarLanes right)
    {
        for (int i = 0; i < Lanes.Count; i++)
        {
            left.lane[i] -= right.lane[i];
        }

        return left;
    }

    public static ScalarLanes operator *(ScalarLanes left, ScalarLanes right)
    {
        for (int i = 0; i < Lanes.Count; i++)
        {
            left.lane[i] *= right.lane[i];
        }

        return left;
    }

    public static ScalarLanes operator /(ScalarLanes left, ScalarLanes right)
    {
        for (int i = 0; i < Lanes.Count; i++)
        {
            left.lane[i] /= right.lane[i];
        }

        return left;
    }

    public static ScalarLanes MultiplyAdd(ScalarLanes a, ScalarLanes b, ScalarLanes c)
    {
        for (int i = 0; i < Lanes.Count; i++)
        {
            c.lane[i] = MathF.FusedMultiplyAdd(a.lane[i], b.lane[i], c.lane[i]);
        }

        return c;
    }

    public static ScalarLanes Max(ScalarLanes left, ScalarLanes right)
    {
        for (int i = 0; i < Lanes.Count; i++)
        {
            right.lane[i] = Larger(left.lane[i], right.lane[i]);
        }

        return right;
    }

    public static ScalarLanes Min(ScalarLanes left, ScalarLanes right)
    {
        for (int i = 0; i < Lanes.Count; i++)
        {
            right.lane[i] = left.lane[i] < right.lane[i] ? left.lane[i] : right.lane[i];
        }

        return right;
    }

    public static ScalarLanes Sqrt(ScalarLanes value)
    {
        for (int i = 0; i < Lanes.Count; i++)
        {
            value.lane[i] = MathF.Sqrt(value.lane[i]);
        }

        return value;
    }

    public static ScalarLanes Round(ScalarLanes value)
    {
        for (int i = 0; i < Lanes.Count; i++)
        {
            value.lane[i] = MathF.Round(value.lane[i]);
        }

        return value;
    }

    public static ScalarLanes PowerOfTwo(ScalarLanes n)
    {
        for (int i = 0; i < Lanes.Count; i++)
        {
            n.lane[i] = BitConverter.Int32BitsToSingle(unchecked((int)n.lane[i] + 127) << 23);
        }

        return n;
    }

    public static ScalarLanes SelectLess(ScalarLanes left, ScalarLanes right, ScalarLanes whenLess, ScalarLanes otherwise)
    {
        for (int i = 0; i < Lanes.Count; i++)
        {
            otherwise.lane[i] = left.lane[i] < right.lane[i] ? whenLess.lane[i] : otherwise.lane[i];
        }

        return otherwise;
    }

    public static ScalarLanes KeepFirst(ScalarLanes value, int count, float rest)
    {
        for (int i = count; i < Lanes.Count; i++)
        {
            value.lane[i] = rest;
        }

        return value;
    }

    public static ScalarLanes RoundToBf16(ScalarLanes value)
    {
        for (int i = 0; i < Lanes.Count; i++)
        {
            value.lane[i] = Bf16.Widen(Bf16.Round(value.lane[i]));
        }

        return value;
    }

    public static float Sum(ScalarLanes value)
    {
        for (int half = Lanes.Count / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
            {
                value.lane[i] += value.lane[i + half];
            }
        }

        return value.lane[0];
    }

    public static float Largest(ScalarLanes value)
    {
        for (int half = Lanes.Count / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
            {
                value.lane[i] = Larger(value.lane[i], value.lane[i + half]);
            }
        }

        return value.lane[0];
    }

    public static double SumOfSquares(ScalarLanes value)
    {
        double* squares = stackalloc double[Lanes.Count];
        for (int i = 0; i < Lanes.Count; i++)
        {
            squares[i] = (double)value.lane[i] * value.lane[i];
        }

        for (int half = Lanes.Count / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
            {
                squares[i] += squares[i + half];
            }
        }

        return squares[0];
    }

    public static ScalarLanes Lookup(float* table, ulong codes)
    {
        ScalarLanes result = default;
        for (int i = 0; i < Lanes.Count; i++)
        {
            int shift = (8 * (i / 2)) + (i % 2 == 0 ? 4 : 0);
            result.lane[i] = table[(int)(codes >> shift) & 15];
        }

        return result;
    }

    public static ScalarLanes DropoutMask(ulong key, ulong index, ulong threshold, float kept)
    {
        ScalarLanes result = default;
        for (int i = 0; i < Lanes.Count; i++)
        {
            result.lane[i] = CounterRandom.Bits(key, unchecked(index + (ulong)i)) >> 11 < threshold ? 0 : kept;
        }

        return result;
    }

    private static float Larger(float left, float right) => left > right ? left : right;

    [InlineArray(Lanes.Count)]
    private struct Sixteen
    {
        private float first;
    }
}
