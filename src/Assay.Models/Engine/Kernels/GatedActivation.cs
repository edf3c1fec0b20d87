using System.Runtime.CompilerServices;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine.Kernels;

/// <summary>y = a(gate) ⊙ up, where a row holds [gate | up].</summary>
internal static unsafe class GatedActivation
{
    private const int Cost = 6;

    /// <param name="act">a.</param>
    /// <param name="gateUp">[rows, 2 · width].</param>
    /// <param name="y">[rows, width]; may be the gate half.</param>
    /// <param name="size">Rows and width.</param>
    public static void Forward<T>(Activation act, Rows<T> gateUp, Rows<T> y, RowSize size)
        where T : unmanaged, IElement<T>
    {
        switch (act)
        {
            case Activation.Silu:
                ElementLoop.Run(new ForwardKernel<T, Silu>(gateUp, y, size.Width), size, Cost);
                break;
            case Activation.Gelu:
                ElementLoop.Run(new ForwardKernel<T, Gelu>(gateUp, y, size.Width), size, Cost);
                break;
            case Activation.GeluTanh:
                ElementLoop.Run(new ForwardKernel<T, GeluTanh>(gateUp, y, size.Width), size, Cost);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(act), act, "No kernel for this activation.");
        }
    }

    /// <summary>Replaces [gate | up] by its gradient [dy ⊙ up ⊙ a′(gate) | dy ⊙ a(gate)] and recomputes y.</summary>
    /// <param name="act">a.</param>
    /// <param name="gateUp">[rows, 2 · width], values in, gradients out.</param>
    /// <param name="dy">[rows, width].</param>
    /// <param name="y">[rows, width], receives the forward's result; may be dy.</param>
    /// <param name="size">Rows and width.</param>
    public static void Backward<T>(Activation act, Rows<T> gateUp, Rows<T> dy, Rows<T> y, RowSize size)
        where T : unmanaged, IElement<T>
    {
        switch (act)
        {
            case Activation.Silu:
                ElementLoop.Run(new BackwardKernel<T, Silu>(gateUp, dy, y, size.Width), size, Cost);
                break;
            case Activation.Gelu:
                ElementLoop.Run(new BackwardKernel<T, Gelu>(gateUp, dy, y, size.Width), size, Cost);
                break;
            case Activation.GeluTanh:
                ElementLoop.Run(new BackwardKernel<T, GeluTanh>(gateUp, dy, y, size.Width), size, Cost);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(act), act, "No kernel for this activation.");
        }
    }

    private readonly struct ForwardKernel<T, TAct>(Rows<T> gateUp, Rows<T> y, int width) : IElementKernel
        where T : unmanaged, IElement<T>
        where TAct : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TLanes>(int row, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            T* gate = gateUp[row] + at;
            T.Store(y[row] + at, TAct.Value(T.Load<TLanes>(gate, count)) * T.Load<TLanes>(gate + width, count), count);
        }
    }

    private readonly struct BackwardKernel<T, TAct>(Rows<T> gateUp, Rows<T> dy, Rows<T> y, int width) : IElementKernel
        where T : unmanaged, IElement<T>
        where TAct : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TLanes>(int row, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            T* gate = gateUp[row] + at;
            T* up = gate + width;
            var u = T.Load<TLanes>(up, count);
            var d = T.Load<TLanes>(dy[row] + at, count);
            var (value, slope) = TAct.ValueAndSlope(T.Load<TLanes>(gate, count));
            T.Store(gate, d * u * slope, count);
            T.Store(up, d * value, count);
            T.Store(y[row] + at, value * u, count);
        }
    }
}
