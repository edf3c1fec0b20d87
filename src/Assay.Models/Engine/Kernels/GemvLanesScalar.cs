namespace Assay.Models.Engine.Kernels;

internal unsafe partial struct ScalarLanes : IGemvLanes<ScalarLanes>
{
    public static void LoadBf16Pair(ushort* source, out ScalarLanes even, out ScalarLanes odd)
    {
        (even, odd) = (default, default);
        for (int i = 0; i < Lanes.Count; i++)
        {
            even.lane[i] = Bf16.Widen(source[2 * i]);
            odd.lane[i] = Bf16.Widen(source[(2 * i) + 1]);
        }
    }

    public static ScalarLanes LoadInt8(sbyte* source)
    {
        ScalarLanes result = default;
        for (int i = 0; i < Lanes.Count; i++)
        {
            result.lane[i] = source[i];
        }

        return result;
    }

    public static void LoadNf4Pair(byte* source, out ScalarLanes even, out ScalarLanes odd)
    {
        (even, odd) = (default, default);
        for (int i = 0; i < Lanes.Count; i++)
        {
            even.lane[i] = Nf4Levels.Values[source[i] >> 4];
            odd.lane[i] = Nf4Levels.Values[source[i] & 15];
        }
    }
}
