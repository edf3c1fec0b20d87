using Assay.Models.Engine.Native;

namespace Assay.Models.Engine.Kernels;

/// <summary>Runs a kernel over rows on libtorch's threads, in the variant of <see cref="KernelSet.Current"/>.</summary>
internal static unsafe class RowLoop
{
    // Below about this many elements a second thread costs more than it saves.
    private const int ElementsPerThread = 16_384;

    private const long Wide = long.MaxValue;

    /// <param name="kernel">Rows must be independent of each other, so that the split over threads cannot change the result.</param>
    /// <param name="rows">Row count; 0 does nothing.</param>
    /// <param name="width">Elements touched per row, to judge what is worth a thread.</param>
    public static void Run<TKernel>(TKernel kernel, int rows, long width)
        where TKernel : unmanaged, IRowKernel
    {
        int grain = (int)Math.Clamp(ElementsPerThread / Math.Max(width, 1), 1, ElementsPerThread);
        delegate*<void*, int, int, void> body = KernelSet.Current switch
        {
            InstructionSet.Avx512 => &Body<TKernel, Lanes512>,
            InstructionSet.Avx2 => &Body<TKernel, Lanes256>,
            _ => &Body<TKernel, ScalarLanes>,
        };
        ParallelFor.Run(rows, grain, body, &kernel);
    }

    private static void Body<TKernel, TLanes>(void* kernel, int first, int end)
        where TKernel : unmanaged, IRowKernel
        where TLanes : unmanaged, ILanes<TLanes>
    {
        // Never true, and compiled to nothing: it makes this method long. What the compiler inlines into a method is limited to ten times its estimate for
        // the method's own code, and this method is one call, under which the kernels' vector operations would stay calls (a fifth of a training step).
        if (sizeof(TLanes) == 0)
        {
            long room = first;
            room = (((((((((((room * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide;
            room = (((((((((((room * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide;
            room = (((((((((((room * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide;
            room = (((((((((((room * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide) * Wide) ^ Wide;
            *(long*)kernel = room;
        }

        ((TKernel*)kernel)->Run<TLanes>(first, end);
    }
}
