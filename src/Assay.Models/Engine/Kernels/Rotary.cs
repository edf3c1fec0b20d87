using System.Runtime.CompilerServices;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine.Kernels;

/// <summary>Rotary positions in place: pairs (j, j + rotary/2) of each head turn by the angle of the row's position.</summary>
/// <remarks>Su et al. 2021, arXiv:2104.09864, half-split pairs.</remarks>
internal static unsafe class Rotary
{
    /// <summary>Turns heads in place.</summary>
    /// <param name="x">Row i starts with its first rotated head.</param>
    /// <param name="heads">Heads per row and their width; dimensions from the rotary width on stay.</param>
    /// <param name="positions">[rows].</param>
    /// <param name="table">Cosines and sines.</param>
    /// <param name="sign">1 forward; −1 turns back, which is the gradient.</param>
    /// <param name="rows">Row count.</param>
    public static void Apply<T>(Rows<T> x, RowSize heads, int* positions, RotaryAngles table, float sign, int rows)
        where T : unmanaged, IElement<T> =>
        RowLoop.Run(new Kernel<T>(x, heads, positions, table, sign), rows, (long)heads.Count * table.Pairs * 2);

    /// <summary>Fills a table for positions 0..positions−1; the angle is the fp32 product of position and frequency, as the published code has it.</summary>
    /// <param name="plan">Frequencies and magnitude.</param>
    /// <param name="length">Longest position of the forward call plus 1; some kinds stretch by it.</param>
    /// <param name="positions">Rows to fill.</param>
    /// <param name="table">cos and sin, each [positions, pairs].</param>
    public static void Fill(RopePlan plan, int length, int positions, RotaryAngles table)
    {
        double[] frequencies = plan.Frequencies(length);
        for (int position = 0; position < positions; position++)
        {
            for (int pair = 0; pair < frequencies.Length; pair++)
            {
                double angle = (float)position * (float)frequencies[pair];
                table.Cos[(position * table.Pairs) + pair] = (float)(Math.Cos(angle) * plan.Magnitude);
                table.Sin[(position * table.Pairs) + pair] = (float)(Math.Sin(angle) * plan.Magnitude);
            }
        }
    }

    private readonly struct Kernel<T>(Rows<T> x, RowSize heads, int* positions, RotaryAngles table, float sign) : IRowKernel
        where T : unmanaged, IElement<T>
    {
        public void Run<TLanes>(int first, int end)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            int pairs = table.Pairs;
            int whole = Lanes.Whole(pairs);
            var direction = TLanes.Create(sign);
            for (int row = first; row < end; row++)
            {
                Fp32* cos = (Fp32*)table.Cos + ((long)positions[row] * pairs);
                Fp32* sin = (Fp32*)table.Sin + ((long)positions[row] * pairs);
                T* head = x[row];
                for (int index = 0; index < heads.Count; index++, head += heads.Width)
                {
                    for (int at = 0; at < whole; at += Lanes.Count)
                    {
                        Turn(head + at, head + pairs + at, cos + at, sin + at, direction, Lanes.Count);
                    }

                    if (whole < pairs)
                    {
                        Turn(head + whole, head + pairs + whole, cos + whole, sin + whole, direction, pairs - whole);
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Turn<TLanes>(T* left, T* right, Fp32* cos, Fp32* sin, TLanes direction, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var a = T.Load<TLanes>(left, count);
            var b = T.Load<TLanes>(right, count);
            var c = Fp32.Load<TLanes>(cos, count);
            var s = Fp32.Load<TLanes>(sin, count) * direction;
            T.Store(left, (a * c) - (b * s), count);
            T.Store(right, (b * c) + (a * s), count);
        }
    }
}
