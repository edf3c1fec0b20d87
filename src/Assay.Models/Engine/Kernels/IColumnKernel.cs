namespace Assay.Models.Engine.Kernels;

/// <summary>A kernel that sums over rows: independent columns, rows in order.</summary>
internal interface IColumnKernel
{
    /// <param name="column">First column.</param>
    /// <param name="count">Columns, 1 to <see cref="Lanes.Count"/>.</param>
    void Run<TLanes>(int column, int count)
        where TLanes : unmanaged, ILanes<TLanes>;
}
