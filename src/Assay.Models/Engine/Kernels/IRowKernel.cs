namespace Assay.Models.Engine.Kernels;

/// <summary>A kernel with its operands: what to do to a range of rows, written once for all lanes.</summary>
internal interface IRowKernel
{
    /// <param name="first">First row.</param>
    /// <param name="end">Past the last row.</param>
    void Run<TLanes>(int first, int end)
        where TLanes : unmanaged, ILanes<TLanes>;
}
