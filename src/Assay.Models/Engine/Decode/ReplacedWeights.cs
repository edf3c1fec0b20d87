using Assay.Data.Formats;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Decode;

/// <summary>Copies of the weights that an adapter puts in place of the base's.</summary>
internal sealed class ReplacedWeights : IDisposable
{
    private readonly Dictionary<string, (SourceWeight Weight, AlignedMemory Memory)> copies = new(StringComparer.Ordinal);

    /// <summary>Memory they take.</summary>
    public long Bytes => copies.Values.Sum(copy => copy.Memory.Bytes);

    /// <param name="name">The plan's name.</param>
    /// <param name="value">fp32, in the stored shape.</param>
    public unsafe void Add(string name, Tensor value)
    {
        using var plain = value.detach().contiguous();
        var memory = new AlignedMemory(Math.Max(4, 4 * plain.numel()));
        plain.bytes.CopyTo(new Span<byte>((void*)memory.Address, checked((int)(4 * plain.numel()))));
        copies.Add(name, (new SourceWeight(name, memory.Address, TensorDtype.F32, plain.shape), memory));
    }

    /// <summary>The copy, or null when the base's weight stays.</summary>
    public SourceWeight? Find(string name) => copies.TryGetValue(name, out var copy) ? copy.Weight : null;

    public void Dispose()
    {
        foreach (var (_, memory) in copies.Values)
        {
            memory.Dispose();
        }
    }
}
