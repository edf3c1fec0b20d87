using System.Runtime.CompilerServices;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine.Kernels;

/// <summary>y = a(x), element by element.</summary>
internal static unsafe class PlainActivation
{
    private const int Cost = 6;

    /// <param name="act">a.</param>
    /// <param name="x">[rows, width].</param>
    /// <param name="y">[rows, width]; may be x.</param>
    /// <param name="size">Rows and width.</param>
    public static void Forward<T>(Activation act, Rows<T> x, Rows<T> y, RowSize size)
        where T : unmanaged, IElement<T>
    {
        switch (act)
        {
            case Activation.Silu:
                ElementLoop.Run(new ForwardKernel<T, Silu>(x, y), size, Cost);
                break;
            case Activation.Gelu:
                ElementLoop.Run(new ForwardKernel<T, Gelu>(x, y), size, Cost);
                break;
            case Activation.GeluTanh:
                ElementLoop.Run(new ForwardKernel<T, GeluTanh>(x, y), size, Cost);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(act), act, "No kernel for this activation.");
        }
    }

    /// <summary>Replaces x by its gradient dy ⊙ a′(x) and recomputes y.</summary>
    /// <param name="act">a.</param>
    /// <param name="x">[rows, width], values in, gradients out.</param>
    /// <param name="dy">[rows, width].</param>
    /// <param name="y">[rows, width], receives the forward's result; may be dy.</param>
    /// <param name="size">Rows and width.</param>
    public static void Backward<T>(Activation act, Rows<T> x, Rows<T> dy, Rows<T> y, RowSize size)
        where T : unmanaged, IElement<T>
    {
        switch (act)
        {
            case Activation.Silu:
                ElementLoop.Run(new BackwardKernel<T, Silu>(x, dy, y), size, Cost);
                break;
            case Activation.Gelu:
                ElementLoop.Run(new BackwardKernel<T, Gelu>(x, dy, y), size, Cost);
                break;
            case Activation.GeluTanh:
                ElementLoop.Run(new BackwardKernel<T, GeluTanh>(x, dy, y), size, Cost);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(act), act, "No kernel for this activation.");
        }
    }

    private readonly struct ForwardKernel<T, TAct>(Rows<T> x, Rows<T> y) : IElementKernel
        where T : unmanaged, IElement<T>
        where TAct : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TLanes>(int row, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes> =>
            T.Store(y[row] + at, TAct.Value(T.Load<TLanes>(x[row] + at, count)), count);
    }

    private readonly struct BackwardKernel<T, TAct>(Rows<T> x, Rows<T> dy, Rows<T> y) : IElementKernel
        where T : unmanaged, IElement<T>
        where TAct : struct, IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TLanes>(int row, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            T* source = x[row] + at;
            var d = T.Load<TLanes>(dy[row] + at, count);
            var (value, slope) = TAct.ValueAndSlope(T.Load<TLanes>(source, count));
            T.Store(source, d * slope, count);
            T.Store(y[row] + at, value, count);
        }
    }
}
