namespace Assay.Models.Engine.Decode;

/// <summary>Named work buffers that grow and are never given back while they are used, so that a step allocates nothing once the largest was seen.</summary>
internal sealed unsafe class Scratch : IDisposable
{
    private readonly AlignedMemory?[] buffers = new AlignedMemory?[Enum.GetValues<ScratchName>().Length];

    /// <summary>A buffer of at least <paramref name="count"/> floats; its content is lost when it grows.</summary>
    public float* Floats(ScratchName name, long count)
    {
        ref var buffer = ref buffers[(int)name];
        if (buffer is null || buffer.Bytes < 4 * count)
        {
            buffer?.Dispose();
            buffer = new AlignedMemory(Math.Max(4 * count, 64));
        }

        return buffer.Floats;
    }

    public void Dispose()
    {
        foreach (var buffer in buffers)
        {
            buffer?.Dispose();
        }
    }
}

/// <summary>The work buffers of a forward pass.</summary>
internal enum ScratchName
{
    Hidden,
    Normed,
    Branch,
    SecondBranch,
    Queries,
    Compressed,
    KeyValues,
    Mixed,
    Up,
    ExpertInput,
    ExpertOutput,
    Router,
    SharedGate,
    Cos,
    Sin,
    Moments,
    Final,
    Arranged,
    LowRank,
    Delta,
    Operand,
    Product,
    Matrix,
}
