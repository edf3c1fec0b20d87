using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>y = x ⊙ mask: each element is dropped with a probability, else divided by what remains. Nothing is stored: the same numbers give the same mask in the backward.</summary>
/// <remarks>Element j of the row with key index k uses number k · width + j of the generator: <see cref="CounterRandom.Uniform"/> below the rate drops it.</remarks>
internal static unsafe class Dropout
{
    /// <param name="x">[rows, width].</param>
    /// <param name="y">[rows, width]; may be x.</param>
    /// <param name="random">Keyed by seed, step and module.</param>
    /// <param name="rate">Probability of dropping, in [0, 1).</param>
    /// <param name="indexes">[rows] key index of each row, or null for 0, 1, 2, …</param>
    /// <param name="size">Rows and width.</param>
    /// <param name="accumulate">Add to y instead of overwriting it.</param>
    public static void Apply<TX, TY>(Rows<TX> x, Rows<TY> y, CounterRandom random, double rate, long* indexes, RowSize size, bool accumulate = false)
        where TX : unmanaged, IElement<TX>
        where TY : unmanaged, IElement<TY>
    {
        // Uniform(i) < rate compares 53 bits · 2⁻⁵³, so it holds below the rounded-up integer.
        ulong threshold = (ulong)Math.Ceiling(rate * (1L << 53));
        ElementLoop.Run(new Kernel<TX, TY>(x, y, (random.Key, threshold, (float)(1 / (1 - rate))), indexes, size.Width, accumulate), size, 6);
    }

    private readonly struct Kernel<TX, TY>(Rows<TX> x, Rows<TY> y, (ulong Key, ulong Threshold, float Kept) mask, long* indexes, int width, bool accumulate) : IElementKernel
        where TX : unmanaged, IElement<TX>
        where TY : unmanaged, IElement<TY>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step<TLanes>(int row, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            ulong index = (ulong)(((indexes == null ? row : indexes[row]) * width) + at);
            var value = TX.Load<TLanes>(x[row] + at, count) * TLanes.DropoutMask(mask.Key, index, mask.Threshold, mask.Kept);
            TY* target = y[row] + at;
            TY.Store(target, accumulate ? TY.Load<TLanes>(target, count) + value : value, count);
        }
    }
}
