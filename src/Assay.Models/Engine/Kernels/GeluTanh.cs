using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>½ x (1 + tanh u), u = √(2/π) (x + 0.044715 x³), written as x σ(2u).</summary>
internal readonly struct GeluTanh : IActivation
{
    private const float TwiceRoot = 1.5957691216f; // 2 √(2/π)
    private const float Cubic = 0.044715f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Value<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes> => x * VectorMath.Sigmoid(Twice(x, x * x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TLanes Value, TLanes Slope) ValueAndSlope<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var square = x * x;
        var one = TLanes.Create(1);
        var sigmoid = VectorMath.Sigmoid(Twice(x, square));
        var value = x * sigmoid;
        var inner = TLanes.Create(TwiceRoot) * TLanes.MultiplyAdd(TLanes.Create(3 * Cubic), square, one);
        return (value, TLanes.MultiplyAdd(value * (one - sigmoid), inner, sigmoid));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Twice<TLanes>(TLanes x, TLanes square)
        where TLanes : unmanaged, ILanes<TLanes> =>
        TLanes.Create(TwiceRoot) * TLanes.MultiplyAdd(TLanes.Create(Cubic) * square, x, x);
}
