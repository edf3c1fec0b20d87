namespace Assay.Models.Engine.Kernels;

/// <summary>One weight format, compiled into the product kernels.</summary>
internal unsafe interface IGemvFormat
{
    /// <summary>Whether each 64 weights of a row share a scale.</summary>
    static abstract bool BlockScaled { get; }

    /// <summary>32 weights from element <paramref name="index"/> of a row on, in the order of <see cref="Gemv.Arrange"/>.</summary>
    static abstract void Load<TLanes>(byte* row, int index, out TLanes first, out TLanes second)
        where TLanes : unmanaged, IGemvLanes<TLanes>;

    /// <summary>One weight.</summary>
    static abstract float One(byte* row, int index);
}
