namespace Assay.Models.Engine.Kernels.Attention;

/// <summary>One direction of attention, with its operands.</summary>
internal interface IAttentionItem
{
    /// <summary>Does one key head, and the query heads that use it, of one segment.</summary>
    /// <param name="start">First token.</param>
    /// <param name="length">Tokens, 1 or more.</param>
    /// <param name="kvHead">Key head.</param>
    void Run<TLanes>(int start, int length, int kvHead)
        where TLanes : unmanaged, ILanes<TLanes>;
}
