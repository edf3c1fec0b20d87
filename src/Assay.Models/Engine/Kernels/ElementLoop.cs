using System.Runtime.CompilerServices;

namespace Assay.Models.Engine.Kernels;

/// <summary>Runs a kernel over all elements of rows on libtorch's threads.</summary>
internal static class ElementLoop
{
    /// <param name="kernel">What to do.</param>
    /// <param name="size">Rows and width; a width of 0 does nothing.</param>
    /// <param name="cost">Work per element relative to an addition, to judge what is worth a thread.</param>
    public static void Run<TKernel>(TKernel kernel, RowSize size, int cost = 1)
        where TKernel : unmanaged, IElementKernel =>
        RowLoop.Run(new AllOf<TKernel>(kernel, size.Width), size.Count, (long)cost * size.Width);

    private readonly struct AllOf<TKernel>(TKernel kernel, int width) : IRowKernel
        where TKernel : unmanaged, IElementKernel
    {
        public void Run<TLanes>(int first, int end)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            var step = kernel;
            int whole = Lanes.Whole(width);
            for (int row = first; row < end; row++)
            {
                for (int at = 0; at < whole; at += Lanes.Count)
                {
                    step.Step<TLanes>(row, at, Lanes.Count);
                }

                if (whole < width)
                {
                    Tail<TLanes>(step, row, whole, width - whole);
                }
            }
        }

        // On its own: the compiler stops inlining in a method that has become too large, and calls for every operation cost most of a kernel's time.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Tail<TLanes>(TKernel step, int row, int at, int count)
            where TLanes : unmanaged, ILanes<TLanes> => step.Step<TLanes>(row, at, count);
    }
}
