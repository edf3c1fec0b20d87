namespace Assay.Models.Engine.Kernels;

/// <summary>What happens to a logit or score before softmax.</summary>
internal interface ICap
{
    /// <summary>z(x).</summary>
    TLanes Value<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>dz/dx, given z.</summary>
    TLanes Slope<TLanes>(TLanes z)
        where TLanes : unmanaged, ILanes<TLanes>;
}
