using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>One update of a parameter and its moments, element by element: g factored, decay, m, v, then p −= step · m / (√v / correction + ε).</summary>
/// <remarks>Loshchilov and Hutter 2019, arXiv:1711.05101, in the order of torch's implementation.</remarks>
internal static unsafe class AdamWStep
{
    // One row is one piece of work; a tensor is cut into rows of this many elements.
    private const int Piece = 4096;

    /// <param name="parameter">[count], fp32.</param>
    /// <param name="gradient">[count], fp32; stays as it is.</param>
    /// <param name="first">[count], running mean of the gradient.</param>
    /// <param name="second">[count], running mean of its square.</param>
    /// <param name="count">Elements.</param>
    /// <param name="rates">Of this step.</param>
    public static void Run(float* parameter, float* gradient, float* first, float* second, long count, AdamWRates rates)
    {
        int pieces = (int)(count / Piece);
        ElementLoop.Run(new Kernel(parameter, gradient, first, second, rates), new RowSize(pieces, Piece), 4);
        long done = (long)pieces * Piece;
        ElementLoop.Run(new Kernel(parameter + done, gradient + done, first + done, second + done, rates), new RowSize(1, (int)(count - done)), 4);
    }

    private readonly struct Kernel(float* parameter, float* gradient, float* first, float* second, AdamWRates rates) : IElementKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TLanes>(int row, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            long start = ((long)row * Piece) + at;
            var p = (Fp32*)parameter + start;
            var m = (Fp32*)first + start;
            var v = (Fp32*)second + start;
            var g = Fp32.Load<TLanes>((Fp32*)gradient + start, count) * TLanes.Create(rates.GradientFactor);
            var mean = TLanes.MultiplyAdd(g, TLanes.Create(rates.OneLessBeta1), Fp32.Load<TLanes>(m, count) * TLanes.Create(rates.Beta1));
            var square = TLanes.MultiplyAdd(g * g, TLanes.Create(rates.OneLessBeta2), Fp32.Load<TLanes>(v, count) * TLanes.Create(rates.Beta2));
            var denominator = (TLanes.Sqrt(square) / TLanes.Create(rates.SecondCorrection)) + TLanes.Create(rates.Epsilon);
            var kept = Fp32.Load<TLanes>(p, count) * TLanes.Create(rates.Kept);
            Fp32.Store(m, mean, count);
            Fp32.Store(v, square, count);
            Fp32.Store(p, kept - (TLanes.Create(rates.Step) * mean / denominator), count);
        }
    }
}
