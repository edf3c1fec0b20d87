using Assay.Models.Engine.Blocks;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine;

/// <summary>Bytes of memory that a run or a resident model needs, told before it starts.</summary>
/// <param name="Base">Frozen weights.</param>
/// <param name="Adapters">Trained parameters with gradients and moments.</param>
/// <param name="Saved">What the forward keeps for the backward.</param>
/// <param name="Work">Buffers that are reused from block to block.</param>
/// <param name="Cache">Keys and values of generation.</param>
/// <remarks>
/// Terms as the packed path lays its memory out; against measured peaks of three model sizes the sum was between 4 % too low and 5 % too high.
/// Many different bin lengths cost up to 12 % more.
/// </remarks>
public sealed record MemoryForecast(long Base, long Adapters, long Saved, long Work, long Cache)
{
    /// <summary>libtorch, .NET and their code: 256 MiB.</summary>
    public const long Runtime = 256L << 20;

    /// <summary>Share of the free memory that a run may claim.</summary>
    public const double UsableShare = 0.9;

    /// <summary>Bytes of an NF4 weight: half a byte, one byte per 64 and one fp32 per 16,384.</summary>
    private const double Nf4Byte = 0.5 + (1 / 64.0) + (4 / 16_384.0);

    private const int PrefillChunk = 512;
    private const int CacheElement = 2;

    /// <summary>All terms together.</summary>
    public long Total => Base + Adapters + Saved + Work + Cache + Runtime;

    /// <summary>Whether it fits into the memory that is free.</summary>
    /// <param name="freeBytes">What the system can still give.</param>
    public bool Fits(long freeBytes) => Total <= UsableShare * freeBytes;

    /// <summary>Refuses what does not fit.</summary>
    /// <param name="freeBytes">What the system can still give.</param>
    /// <exception cref="InsufficientMemoryException">More is needed than may be claimed; the message says how much and what takes less.</exception>
    public void Require(long freeBytes)
    {
        if (!Fits(freeBytes))
        {
            throw new InsufficientMemoryException(
                $"The run needs about {Mib(Total)} MiB of memory (base {Mib(Base)}, adapter {Mib(Adapters)}, activations {Mib(Saved + Work)}, cache {Mib(Cache)}, runtime {Mib(Runtime)}); {Mib(freeBytes)} MiB are free, and a run may claim {(int)(100 * UsableShare)} % of them. "
                + "Smaller bins, a shorter cut-off, a smaller rank, an NF4 base or a smaller model take less.");
        }
    }

    /// <summary>Training a LoRA adapter on the packed path.</summary>
    /// <param name="plan">The base.</param>
    /// <param name="rankOf">R of each linear layer's pair; 0 for a layer without one.</param>
    /// <param name="binTokens">Tokens of the largest bin, at least 1.</param>
    /// <param name="format">How the base is kept.</param>
    public static MemoryForecast Training(DecoderPlan plan, Func<LinearModule, int> rankOf, int binTokens, FrozenFormat format)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(binTokens, 1);
        int element = ElementOf(format);
        bool quantised = format is FrozenFormat.Nf4 or FrozenFormat.Nf4Fp32;
        int Columns(LinearPlan linear) => linear.Modules.Sum(rankOf);

        long parameters = plan.Linears.Sum(module => (long)rankOf(module) * (module.In + module.Out));
        long inputs = plan.Linears.Sum(module => (long)rankOf(module) * module.In);
        return new MemoryForecast(
            BaseBytes(plan, quantised ? Nf4Byte : format is FrozenFormat.Int8 ? 1 : element, element, Columns, quantised),
            (parameters * (4 + 4 + 8)) + (2 * inputs),
            binTokens * plan.Blocks.Sum(block => SavedPerToken(block, plan.Hidden, element, Columns, quantised)),
            WorkBytes(plan, binTokens, element, Columns, HeadLoss.ChunkRows(quantised)),
            0);
    }

    /// <summary>Training a LoRA adapter of one rank on every linear layer of the blocks.</summary>
    public static MemoryForecast Training(DecoderPlan plan, int rank, int binTokens, FrozenFormat format) => Training(plan, _ => rank, binTokens, format);

    /// <summary>A resident model that generates.</summary>
    /// <param name="plan">The model.</param>
    /// <param name="weightBytes">Bytes of a weight in the linear layers: 2 for bf16, about 1 for int8, 0.516 for NF4; tables and the rest are bf16.</param>
    /// <param name="tokens">Positions of all requests together that the cache holds.</param>
    public static MemoryForecast Generation(DecoderPlan plan, double weightBytes, int tokens) => new(
        BaseBytes(plan, weightBytes, 2, _ => 0, false),
        0,
        0,
        WorkBytes(plan, Math.Min(tokens, PrefillChunk), 2, _ => 0, HeadLoss.ChunkRows(false)),
        plan.Blocks.Sum(block => CachePerToken(block.Attention) * Math.Min(tokens, block.Attention.Window + PrefillChunk ?? tokens)));

    private static long Mib(long bytes) => (bytes + (1 << 20) - 1) >> 20;

    private static int ElementOf(FrozenFormat format) => format is FrozenFormat.Fp32 or FrozenFormat.Nf4Fp32 ? 4 : 2;

    // Linear layers with their adapter columns; a quantised base also has room to expand the largest matrix.
    private static long BaseBytes(DecoderPlan plan, double weight, int element, Func<LinearPlan, int> columns, bool expanded)
    {
        double bytes = 0;
        long largest = 0;
        foreach (var linear in plan.Blocks.SelectMany(block => block.Linears))
        {
            int wide = linear.In + columns(linear);
            bytes += expanded ? (double)linear.Out * linear.In * weight : (double)linear.Out * wide * weight;
            largest = Math.Max(largest, (long)linear.Out * wide * element);
        }

        var matrices = plan.Linears.Select(module => $"{module.Name}.weight").ToHashSet(StringComparer.Ordinal);
        return (long)bytes + (expanded ? largest : 0) + plan.Weights().Where(other => !matrices.Contains(other.Name)).Sum(other => other.Shape.Aggregate(1L, (count, size) => count * size) * element);
    }

    // One residual in four in fp32 and the mlp's results between them, attention's result, each branch's projections and every adapter's narrow products.
    private static long SavedPerToken(BlockPlan block, int hidden, int element, Func<LinearPlan, int> columns, bool savesMemory)
    {
        const int scales = 2 * 4;
        long residual = element == 2 && !block.Parallel && block.Mlp is not ExpertsMlp ? (4 + (3 * element)) * hidden / 4 : 4L * hidden;
        return residual + (element * (hidden + AttentionSaved(block.Attention, columns, savesMemory) + MlpSaved(block.Mlp, columns))) + (4L * HeadsOf(block.Attention)) + scales;
    }

    // The joined heads are kept as the backward of the scores needs them, and as the output projection's input unless that is computed again.
    private static long AttentionSaved(AttentionPlan attention, Func<LinearPlan, int> columns, bool savesMemory) =>
        (savesMemory && attention is GroupedAttention ? 0 : attention.Output.In + columns(attention.Output)) + attention.Linears.Sum(columns)
        + attention.Linears.Where(linear => linear != attention.Output).Sum(linear => (long)linear.Out);

    private static long MlpSaved(MlpPlan mlp, Func<LinearPlan, int> columns)
    {
        long One(MlpPlan dense) => dense.Linears.First().Out + dense.Linears.Sum(linear => (long)columns(linear));
        return mlp is ExpertsMlp experts
            ? (experts.Router.Chosen * One(experts.Experts[0])) + (experts.Shared is { } shared ? One(shared) : 0) + experts.Router.Experts
            : One(mlp);
    }

    private static long WorkBytes(DecoderPlan plan, int tokens, int element, Func<LinearPlan, int> columns, int lossRows)
    {
        long widest = plan.Blocks.Max(block =>
        {
            long projections = block.Attention.Linears.Where(linear => linear != block.Attention.Output).Sum(linear => (long)linear.Out);
            return (3 * (plan.Hidden + InnerOf(block.Mlp))) + projections + block.Linears.Take(8).Sum(columns);
        });
        return ((long)lossRows * plan.Vocab * element) + (tokens * element * widest) + (4L * tokens * plan.Hidden);
    }

    private static long InnerOf(MlpPlan mlp) => mlp switch
    {
        PlainMlp plain => plain.Down.In,
        GatedMlp gated => gated.Down.In,
        ExpertsMlp experts => (experts.Router.Chosen * experts.Experts[0].Down.In) + (experts.Shared?.Down.In ?? 0),
        _ => throw new ArgumentOutOfRangeException(nameof(mlp), mlp.GetType().Name, "No forecast for this feed-forward branch."),
    };

    private static int HeadsOf(AttentionPlan attention) => attention switch
    {
        GroupedAttention grouped => grouped.Heads,
        LatentAttention latent => latent.Heads,
        _ => throw new ArgumentOutOfRangeException(nameof(attention), attention.GetType().Name, "No forecast for this attention."),
    };

    private static long CachePerToken(AttentionPlan attention) => attention switch
    {
        GroupedAttention grouped => 2L * grouped.KvHeads * grouped.HeadDim * CacheElement,
        LatentAttention latent => (latent.KvRank + latent.Rotary) * (long)CacheElement,
        _ => throw new ArgumentOutOfRangeException(nameof(attention), attention.GetType().Name, "No forecast for this attention."),
    };
}
