using Assay.Models.Adapters;
using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Decode;

/// <summary>An adapter as decoding reads it: copies in engine row order beside the base, which stays unmerged. Immutable.</summary>
public sealed unsafe class DecodeAdapter : IDisposable
{
    private static int made;

    private readonly List<AlignedMemory> owned = [];
    private readonly AdapterPart[][] parts;
    private readonly DecodeWeights? replaced;

    /// <param name="weights">The base; must live longer.</param>
    /// <param name="adapter">What to apply; it may be disposed afterwards.</param>
    /// <exception cref="NotSupportedException">The adapter has pairs on routers, which decoding reads from the base.</exception>
    public DecodeAdapter(DecodeWeights weights, LoraAdapter adapter)
    {
        if (adapter.AdaptsRouters)
        {
            throw new NotSupportedException("The adapter changes routers of a mixture of experts, which the fast decoder does not compute. Merge it into the model first.");
        }

        Weights = adapter.Whole.Count > 0 ? weights.With(adapter) : weights;
        replaced = adapter.Whole.Count > 0 ? Weights : null;
        parts = [.. Weights.Linears.Select(linear => Parts(linear, adapter))];
        MaxRank = parts.Select(all => all.Sum(part => part.Rank)).DefaultIfEmpty(0).Max();
    }

    /// <summary>A number of its own, so that rows can be put in order by adapter.</summary>
    public int Number { get; } = Interlocked.Increment(ref made);

    /// <summary>Memory it takes.</summary>
    public long Bytes => owned.Sum(memory => memory.Bytes) + (replaced?.OwnBytes ?? 0);

    /// <summary>What its rows are computed with: the base's weights, or those with some replaced.</summary>
    internal DecodeWeights Weights { get; }

    /// <summary>Largest sum of ranks in one engine matrix.</summary>
    internal int MaxRank { get; }

    /// <summary>Whether rows with these adapters may be computed together: not if one of them replaces weights of the base.</summary>
    public static bool ShareAPass(DecodeAdapter? one, DecodeAdapter? other) => one?.replaced == other?.replaced;

    public void Dispose()
    {
        owned.ForEach(memory => memory.Dispose());
        replaced?.Dispose();
    }

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
                result.Add(Part(linear, block, pair, first));
            }

            first += block.Module.Out;
        }

        return [.. result];
    }

    private AdapterPart Part(DecodeLinear linear, RowBlock block, LoraPair pair, int first)
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

        var part = new AdapterPart(first, outputs, new WeightRows(WeightFormat.Fp32, (nint)left, 0, rank, inputs), (nint)right, 0);
        return pair.Magnitude is null ? part : part with { Factors = Factors(linear, part, Values(pair.Magnitude), hubRows) };
    }

    /// <summary>DoRA's factor of each row: magnitude / ‖W + s·B·A‖, with the weights the base computes with.</summary>
    private nint Factors(DecodeLinear linear, AdapterPart part, float[] magnitude, int[] hubRows)
    {
        float* factors = Own(part.Outputs);
        int place = linear.Parts.Select((rows, index) => (rows, index)).First(found => linear.Parts.Take(found.index).Sum(rows => rows.Rows) == part.First).index;
        var weights = linear.Parts[place];
        ParallelFor.Run(part.Outputs, 16, (from, to) =>
        {
            float[] row = new float[weights.Inputs];
            for (int output = from; output < to; output++)
            {
                WeightWriter.Read(weights, output, row);
                factors[output] = (float)(magnitude[hubRows[output]] / Math.Sqrt(SquaredNorm(part, output, row)));
            }
        });
        return (nint)factors;
    }

    private static double SquaredNorm(AdapterPart part, int output, ReadOnlySpan<float> row)
    {
        float* a = (float*)part.A.Data;
        float* b = (float*)part.B;
        double sum = 0;
        for (int input = 0; input < row.Length; input++)
        {
            float value = row[input];
            for (int index = 0; index < part.Rank; index++)
            {
                value += b[((long)index * part.Outputs) + output] * a[((long)index * row.Length) + input];
            }

            sum += (double)value * value;
        }

        return sum;
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
/// <param name="Factors">fp32 [Outputs] on base and update together, before the bias; 0 without DoRA.</param>
internal sealed record AdapterPart(int First, int Outputs, WeightRows A, nint B, nint Factors)
{
    /// <summary>R.</summary>
    public int Rank => A.Rows;
}
