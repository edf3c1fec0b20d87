namespace Assay.Models.Engine.Kernels;

/// <summary>How a number is stored; arithmetic is always fp32.</summary>
internal unsafe interface IElement<TSelf>
    where TSelf : unmanaged, IElement<TSelf>
{
    /// <summary>The first <paramref name="count"/> (0 to 16) values, zeros after them.</summary>
    static abstract TLanes Load<TLanes>(TSelf* source, int count)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>Writes the first <paramref name="count"/> values, rounded to nearest even.</summary>
    static abstract void Store<TLanes>(TSelf* target, TLanes value, int count)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>The values as they would be read back after a store.</summary>
    static abstract TLanes Rounded<TLanes>(TLanes value)
        where TLanes : unmanaged, ILanes<TLanes>;

    static abstract float ToSingle(TSelf value);

    static abstract TSelf FromSingle(float value);
}
