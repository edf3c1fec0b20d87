namespace Assay.Models.Engine.Kernels;

/// <summary>Sixteen lanes that can also be filled from stored weights.</summary>
internal unsafe interface IGemvLanes<TSelf> : ILanes<TSelf>
    where TSelf : unmanaged, IGemvLanes<TSelf>
{
    /// <summary>32 bf16 values: those with even index, those with odd index.</summary>
    static abstract void LoadBf16Pair(ushort* source, out TSelf even, out TSelf odd);

    /// <summary>16 signed bytes.</summary>
    static abstract TSelf LoadInt8(sbyte* source);

    /// <summary>32 NF4 codes in 16 bytes, the first of each byte in the high nibble: levels with even index, levels with odd index.</summary>
    static abstract void LoadNf4Pair(byte* source, out TSelf even, out TSelf odd);
}
