namespace Assay.Models.Engine.Kernels;

/// <summary>Runs a kernel over groups of columns on libtorch's threads.</summary>
internal static class ColumnLoop
{
    /// <param name="kernel">Sums over rows itself.</param>
    /// <param name="size">Rows and columns.</param>
    public static void Run<TKernel>(TKernel kernel, RowSize size)
        where TKernel : unmanaged, IColumnKernel =>
        RowLoop.Run(new Groups<TKernel>(kernel, size.Width), (size.Width + Lanes.Count - 1) / Lanes.Count, (long)size.Count * Lanes.Count);

    private readonly struct Groups<TKernel>(TKernel kernel, int width) : IRowKernel
        where TKernel : unmanaged, IColumnKernel
    {
        public void Run<TLanes>(int first, int end)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            for (int group = first; group < end; group++)
            {
                int column = group * Lanes.Count;
                kernel.Run<TLanes>(column, Math.Min(Lanes.Count, width - column));
            }
        }
    }
}
