using Assay.Models.Adapters;
using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Decode;

/// <summary>An adapter as decoding reads it: copies in engine row order beside the base, which stays unmerged. Immutable.</summary>
public sealed unsafe class DecodeAdapter : IDisposable
{
    private static int made;

    private readonly List<AlignedMemory> owned = [];
    private readonly AdapterPart[][] parts;

    /// <param name="weights">The base.</param>
    /// <param name="adapter">What to apply; it may be disposed afterwards.</param>
    public DecodeAdapter(DecodeWeights weights, LoraAdapter adapter)
    {
        parts = [.. weights.Linears.Select(linear => Parts(linear, adapter))];
        MaxRank = parts.Select(all => all.Sum(part => part.Rank)).DefaultIfEmpty(0).Max();
    }

    /// <summary>A number of its own, so that rows can be put in order by adapter.</summary>
    public int Number { get; } = Interlocked.Increment(ref made);

    /// <summary>Memory it takes.</summary>
    public long Bytes => owned.Sum(memory => memory.Bytes);

    /// <summary>Largest sum of ranks in one engine matrix.</summary>
    internal int MaxRank { get; }

    public void Dispose() => owned.ForEach(memory => memory.Dispose());

    /// <summary>The updates of an engine matrix; empty when it is not adapted.</summary>
    internal AdapterPart[] Of(DecodeLinear linear) => parts[linear.Number];

    private AdapterPart[] Parts(DecodeLinear linear, LoraAdapter adapter)
    {
        var result = new List<AdapterPart>();
        int first = 0;
        foreach (var block in linear.Plan.Rows)
        {
            if (adapter.Find(block.Module.Name) is { } pair)
            {
                result.Add(Part(block, pair, first));
            }

            first += block.Module.Out;
        }

        return [.. result];
    }

    private AdapterPart Part(RowBlock block, LoraPair pair, int first)
    {
        var (outputs, inputs, rank) = (block.Module.Out, block.Module.In, pair.Rank);
        float[] a = Values(pair.A);
        float[] b = Values(pair.B);
        float* left = Own((long)rank * inputs);
        a.CopyTo(new Span<float>(left, a.Length));
        float* right = Own((long)rank * outputs);
        int[] hubRows = block.Order.HubRows(outputs);
        for (int output = 0; output < outputs; output++)
        {
            for (int index = 0; index < rank; index++)
            {
                right[((long)index * outputs) + output] = (float)(pair.Scale * b[(hubRows[output] * rank) + index]);
            }
        }

        return new AdapterPart(first, outputs, new WeightRows(WeightFormat.Fp32, (nint)left, 0, rank, inputs), (nint)right);
    }

    private static float[] Values(Tensor tensor)
    {
        using var plain = tensor.detach().contiguous();
        return plain.data<float>().ToArray();
    }

    private float* Own(long count)
    {
        var memory = new AlignedMemory(4 * count);
        owned.Add(memory);
        return memory.Floats;
    }
}

/// <summary>A low-rank update of a run of output rows.</summary>
/// <param name="First">First engine row.</param>
/// <param name="Outputs">Engine rows.</param>
/// <param name="A">fp32 [R, K].</param>
/// <param name="B">fp32 [R, Outputs], scaled, in engine row order.</param>
internal sealed record AdapterPart(int First, int Outputs, WeightRows A, nint B)
{
    /// <summary>R.</summary>
    public int Rank => A.Rows;
}
