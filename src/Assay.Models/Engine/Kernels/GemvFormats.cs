using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>The weight formats as the product kernels read them.</summary>
internal static unsafe class GemvFormats
{
    internal readonly struct OfFp32 : IGemvFormat
    {
        public static bool BlockScaled => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Load<TLanes>(byte* row, int index, out TLanes first, out TLanes second)
            where TLanes : unmanaged, IGemvLanes<TLanes>
        {
            first = TLanes.Load((float*)row + index);
            second = TLanes.Load((float*)row + index + Lanes.Count);
        }

        public static float One(byte* row, int index) => ((float*)row)[index];
    }

    internal readonly struct OfBf16 : IGemvFormat
    {
        public static bool BlockScaled => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Load<TLanes>(byte* row, int index, out TLanes first, out TLanes second)
            where TLanes : unmanaged, IGemvLanes<TLanes> => TLanes.LoadBf16Pair((ushort*)row + index, out first, out second);

        public static float One(byte* row, int index) => Bf16.Widen(((ushort*)row)[index]);
    }

    internal readonly struct OfInt8 : IGemvFormat
    {
        public static bool BlockScaled => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Load<TLanes>(byte* row, int index, out TLanes first, out TLanes second)
            where TLanes : unmanaged, IGemvLanes<TLanes>
        {
            first = TLanes.LoadInt8((sbyte*)row + index);
            second = TLanes.LoadInt8((sbyte*)row + index + Lanes.Count);
        }

        public static float One(byte* row, int index) => ((sbyte*)row)[index];
    }

    internal readonly struct OfNf4 : IGemvFormat
    {
        public static bool BlockScaled => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Load<TLanes>(byte* row, int index, out TLanes first, out TLanes second)
            where TLanes : unmanaged, IGemvLanes<TLanes> => TLanes.LoadNf4Pair(row + (index / 2), out first, out second);

        public static float One(byte* row, int index) => Nf4Levels.Values[(index & 1) == 0 ? row[index / 2] >> 4 : row[index / 2] & 15];
    }
}
