using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels.Attention;

/// <summary>Products of small fp32 matrices that stay in cache.</summary>
internal static unsafe class SmallProduct
{
    /// <summary>Rows that one tile holds in registers; row counts are padded to it.</summary>
    public const int Tile = 4;

    /// <summary>c (+)= a · b.</summary>
    /// <param name="a">[rows, inner], any strides.</param>
    /// <param name="b">[inner, columns], column stride 1.</param>
    /// <param name="c">[rows, columns], column stride 1.</param>
    /// <param name="rows">A multiple of <see cref="Tile"/>.</param>
    /// <param name="columns">A multiple of <see cref="Lanes.Count"/>.</param>
    /// <param name="inner">Terms of each sum.</param>
    /// <param name="add">Add to c instead of overwriting it.</param>
    public static void Run<TLanes>(Panel a, Panel b, Panel c, int rows, int columns, int inner, bool add)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int row = 0; row < rows; row += Tile)
        {
            float* left = a.First + (row * a.Row);
            float* target = c.First + (row * c.Row);
            int column = 0;
            for (; column + (2 * Lanes.Count) <= columns; column += 2 * Lanes.Count)
            {
                Two<TLanes>(left, a.Row, a.Column, b.First + column, b.Row, target + column, c.Row, inner, add);
            }

            if (column < columns)
            {
                One<TLanes>(left, a.Row, a.Column, b.First + column, b.Row, target + column, c.Row, inner, add);
            }
        }
    }

    private static void Two<TLanes>(float* a, int aRow, int aInner, float* b, int bRow, float* c, int cRow, int inner, bool add)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var c00 = TLanes.Create(0);
        var c01 = c00;
        var c10 = c00;
        var c11 = c00;
        var c20 = c00;
        var c21 = c00;
        var c30 = c00;
        var c31 = c00;
        float* a1 = a + aRow;
        float* a2 = a1 + aRow;
        float* a3 = a2 + aRow;
        for (int k = 0; k < inner; k++)
        {
            var b0 = TLanes.Load(b);
            var b1 = TLanes.Load(b + Lanes.Count);
            var left = TLanes.Create(*a);
            c00 = TLanes.MultiplyAdd(left, b0, c00);
            c01 = TLanes.MultiplyAdd(left, b1, c01);
            left = TLanes.Create(*a1);
            c10 = TLanes.MultiplyAdd(left, b0, c10);
            c11 = TLanes.MultiplyAdd(left, b1, c11);
            left = TLanes.Create(*a2);
            c20 = TLanes.MultiplyAdd(left, b0, c20);
            c21 = TLanes.MultiplyAdd(left, b1, c21);
            left = TLanes.Create(*a3);
            c30 = TLanes.MultiplyAdd(left, b0, c30);
            c31 = TLanes.MultiplyAdd(left, b1, c31);
            a += aInner;
            a1 += aInner;
            a2 += aInner;
            a3 += aInner;
            b += bRow;
        }

        Put(c, c00, add);
        Put(c + Lanes.Count, c01, add);
        Put(c + cRow, c10, add);
        Put(c + cRow + Lanes.Count, c11, add);
        Put(c + (2 * cRow), c20, add);
        Put(c + (2 * cRow) + Lanes.Count, c21, add);
        Put(c + (3 * cRow), c30, add);
        Put(c + (3 * cRow) + Lanes.Count, c31, add);
    }

    private static void One<TLanes>(float* a, int aRow, int aInner, float* b, int bRow, float* c, int cRow, int inner, bool add)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var c0 = TLanes.Create(0);
        var c1 = c0;
        var c2 = c0;
        var c3 = c0;
        float* a1 = a + aRow;
        float* a2 = a1 + aRow;
        float* a3 = a2 + aRow;
        for (int k = 0; k < inner; k++)
        {
            var right = TLanes.Load(b);
            c0 = TLanes.MultiplyAdd(TLanes.Create(*a), right, c0);
            c1 = TLanes.MultiplyAdd(TLanes.Create(*a1), right, c1);
            c2 = TLanes.MultiplyAdd(TLanes.Create(*a2), right, c2);
            c3 = TLanes.MultiplyAdd(TLanes.Create(*a3), right, c3);
            a += aInner;
            a1 += aInner;
            a2 += aInner;
            a3 += aInner;
            b += bRow;
        }

        Put(c, c0, add);
        Put(c + cRow, c1, add);
        Put(c + (2 * cRow), c2, add);
        Put(c + (3 * cRow), c3, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TLanes>(float* target, TLanes value, bool add)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Store(target, add ? TLanes.Load(target) + value : value);
}
