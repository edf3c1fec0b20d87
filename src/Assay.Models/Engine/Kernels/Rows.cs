using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>Rows of equal width in foreign memory: row i starts at first + i · stride, or, grouped, at first + (i / group) · stride + (i % group) · inner.</summary>
/// <param name="first">First element of row 0; no alignment needed beyond the element's.</param>
/// <param name="stride">Elements from a row (or group) to the next; 0 repeats one row.</param>
/// <param name="group">Rows per stride, such as the heads of a token.</param>
/// <param name="inner">Elements between the rows of a group, such as a head's width.</param>
internal readonly unsafe struct Rows<T>(T* first, long stride, int group = 1, long inner = 0)
    where T : unmanaged
{
    /// <summary>First element of row 0; null if there are no rows.</summary>
    public T* First => first;

    /// <summary>Elements from a row (or group) to the next.</summary>
    public long Stride => stride;

    /// <summary>First element of a row.</summary>
    public T* this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (group == 1)
            {
                return first + (row * stride);
            }

            var (outer, member) = int.DivRem(row, group);
            return first + (outer * stride) + (member * inner);
        }
    }
}
