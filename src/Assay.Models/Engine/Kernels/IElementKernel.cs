namespace Assay.Models.Engine.Kernels;

/// <summary>A kernel whose output elements depend only on the same elements of its inputs.</summary>
internal interface IElementKernel
{
    /// <param name="row">Row.</param>
    /// <param name="at">First element.</param>
    /// <param name="count">Elements, 1 to <see cref="Lanes.Count"/>.</param>
    void Step<TLanes>(int row, int at, int count)
        where TLanes : unmanaged, ILanes<TLanes>;
}
