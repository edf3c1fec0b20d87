using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels.Attention;

/// <summary>What turns the products of one query with the keys into scores: scale, cap, slope and the visible range.</summary>
/// <param name="shape">Layer.</param>
/// <param name="slope">ALiBi slope of the head, or 0.</param>
/// <param name="query">Place of the query in its segment.</param>
internal readonly struct ScoreRow(in HeadShape shape, float slope, int query)
{
    private readonly float scale = shape.Scale;
    private readonly float cap = shape.SoftCap;

    /// <summary>First visible key.</summary>
    public int From { get; } = Math.Max(0, query - shape.Window + 1);

    /// <summary>Past the last visible key.</summary>
    public int End => query + 1;

    /// <summary>Capped products before the slope, z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Capped<TLanes>(TLanes product)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var scaled = product * TLanes.Create(scale);
        return cap == 0 ? scaled : new SoftCap(cap).Value(scaled);
    }

    /// <summary>Scores from z, for keys from <paramref name="key"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Score<TLanes>(TLanes z, int key)
        where TLanes : unmanaged, ILanes<TLanes> =>
        slope == 0 ? z : TLanes.MultiplyAdd(TLanes.Ramp() + TLanes.Create(key - query), TLanes.Create(slope), z);

    /// <summary>Derivative of z by the product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Slope<TLanes>(TLanes z)
        where TLanes : unmanaged, ILanes<TLanes> =>
        cap == 0 ? TLanes.Create(scale) : TLanes.Create(scale) * new SoftCap(cap).Slope(z);
}
