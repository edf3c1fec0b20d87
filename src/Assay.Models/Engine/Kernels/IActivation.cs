namespace Assay.Models.Engine.Kernels;

/// <summary>A nonlinearity on lanes.</summary>
internal interface IActivation
{
    /// <summary>a(x).</summary>
    static abstract TLanes Value<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>a(x) and a′(x).</summary>
    static abstract (TLanes Value, TLanes Slope) ValueAndSlope<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>;
}
