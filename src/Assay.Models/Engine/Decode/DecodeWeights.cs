using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using Assay.Models.Reference;
using TorchSharp;

namespace Assay.Models.Engine.Decode;

/// <summary>A model's weights as generation reads them. Immutable; any number of decoders may share them.</summary>
/// <remarks>bf16 and fp32 matrices whose rows need no reordering stay where they are stored, so a mapped checkpoint costs no memory of its own.</remarks>
public sealed class DecodeWeights : IDisposable
{
    private readonly IReadOnlyList<AlignedMemory> owned;
    private readonly IDisposable? source;
    private readonly Func<string, SourceWeight> find;
    private readonly WeightFormat? format;

    private DecodeWeights(DecoderPlan plan, Func<string, SourceWeight> find, WeightFormat? format, IDisposable? source, Func<LinearPlan, int, DecodeLinear?>? reuse = null)
    {
        Plan = plan;
        (this.source, this.find, this.format) = (source, find, format);
        var planned = plan.Weights().ToDictionary(weight => weight.Name, StringComparer.Ordinal);
        var loader = new WeightLoader(name => Checked(find(name), planned[name]), format, reuse);
        owned = loader.Owned;
        try
        {
            Embedding = find(plan.Embedding.Table);
            Positions = plan.Embedding.Positions is { } positions ? find(positions) : null;
            EmbeddingNorm = loader.NormOrNone(plan.Embedding.Norm);
            Blocks = [.. plan.Blocks.Select(loader.Block)];
            FinalNorm = loader.Norm(plan.FinalNorm);
            Head = loader.Table(plan.Head.Table, plan.Hidden, plan.Vocab, exact: false);
            Linears = loader.Linears;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the weights are for.</summary>
    public DecoderPlan Plan { get; }

    /// <summary>Format of the head, which all matrices share unless their width forbids it.</summary>
    public WeightFormat Format => Head.Format;

    /// <summary>The cache format that goes with the weights: fp32 beside fp32, else bf16.</summary>
    public CacheFormat DefaultCache => Format is WeightFormat.Fp32 ? CacheFormat.Fp32 : CacheFormat.Bf16;

    /// <summary>Memory taken beside what is read in place.</summary>
    public long OwnBytes => owned.Sum(memory => memory.Bytes) + ((source as ReplacedWeights)?.Bytes ?? 0);

    /// <summary>Bytes that one token reads: every matrix once, of experts the chosen ones.</summary>
    public long BytesPerToken => Head.Bytes + Blocks.Sum(block => LinearsOf(block).Sum(linear => linear.Bytes));

    internal SourceWeight Embedding { get; }

    internal SourceWeight? Positions { get; }

    internal DecodeNorm? EmbeddingNorm { get; }

    internal IReadOnlyList<DecodeBlock> Blocks { get; }

    internal DecodeNorm FinalNorm { get; }

    internal DecodeLinear Head { get; }

    internal IReadOnlyList<DecodeLinear> Linears { get; }

    /// <summary>Weights of a checkpoint, which then belongs to the result.</summary>
    /// <param name="plan">What the checkpoint's configuration describes.</param>
    /// <param name="checkpoint">Opened; disposed with the result, or here when an exception leaves.</param>
    /// <param name="format">How to hold the matrices; null keeps bf16 and NF4 as stored and widens everything else to fp32.</param>
    /// <exception cref="InvalidSafetensorsException">Weights are missing, unknown, or of another shape or type.</exception>
    public static DecodeWeights Open(DecoderPlan plan, SafetensorsCheckpoint checkpoint, WeightFormat? format)
    {
        try
        {
            var source = new CheckpointWeights(plan, checkpoint);
            return new DecodeWeights(plan, source.Find, format, source);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The fp32 weights of a reference model, which must live longer than the result and whose tensors must not be replaced.</summary>
    /// <param name="model">Owner of the weights.</param>
    /// <param name="format">How to hold the matrices; null is fp32 in place.</param>
    public static unsafe DecodeWeights Of(ReferenceModel model, WeightFormat? format = null) =>
        new(
            model.Plan,
            name => model.Parameters[name] is var tensor && tensor.is_contiguous() && tensor.dtype == torch.ScalarType.Float32
                ? new SourceWeight(name, (nint)AotiTorch.Pointer(tensor), TensorDtype.F32, tensor.shape)
                : throw new ArgumentException($"Weight '{name}' is not a contiguous fp32 tensor.", nameof(model)),
            format,
            null);

    /// <summary>Random weights for measurements: matrices N(0, 0.02²), norms 1, biases 0.</summary>
    /// <param name="plan">What to make.</param>
    /// <param name="seed">Same seed and format, same weights.</param>
    /// <param name="format">How to hold the matrices; int8 and NF4 are made from the bf16 values.</param>
    public static DecodeWeights Random(DecoderPlan plan, long seed, WeightFormat format)
    {
        var source = new RandomWeights(plan, seed, bf16: format is not WeightFormat.Fp32);
        return new DecodeWeights(plan, source.Find, format, source);
    }

    public void Dispose()
    {
        foreach (var memory in owned)
        {
            memory.Dispose();
        }

        source?.Dispose();
    }

    /// <summary>The same weights with those that an adapter replaces; matrices that stay are shared, so this must live longer than the result.</summary>
    internal DecodeWeights With(LoraAdapter adapter)
    {
        var changed = new ReplacedWeights();
        foreach (var whole in adapter.Whole)
        {
            changed.Add(whole.Slot.Weight.Name, whole.Value);
        }

        return new DecodeWeights(AdapterMerge.Plan(Plan, adapter), Find, format, changed, (plan, number) => plan.Modules.Any(Changes) ? null : Linears[number]);

        SourceWeight Find(string name) => changed.Find(name) ?? find(Plan.Head.Tied && name == Plan.Head.OwnTable ? Plan.Head.Table : name);

        bool Changes(LinearModule module) => changed.Find($"{module.Name}.weight") is not null || changed.Find($"{module.Name}.bias") is not null;
    }

    private static SourceWeight Checked(SourceWeight weight, WeightPlan planned)
    {
        var shape = weight.Nf4 is null ? planned.Shape : planned.QuantisedShape;
        return weight.Shape.SequenceEqual(shape)
            ? weight
            : throw new InvalidSafetensorsException($"Weight '{weight.Name}' has shape [{string.Join(", ", weight.Shape)}], but config.json implies [{string.Join(", ", shape)}].");
    }

    private static IEnumerable<DecodeLinear> LinearsOf(DecodeBlock block)
    {
        var attention = block.Attention switch
        {
            DecodeGrouped grouped => [grouped.Qkv, grouped.Output],
            DecodeLatent latent => ((DecodeLinear?[])[latent.QueryDown, latent.Query, latent.KvDown, latent.KvUp, latent.Output]).OfType<DecodeLinear>(),
            _ => [],
        };
        return attention.Concat(LinearsOf(block.Mlp));
    }

    private static IEnumerable<DecodeLinear> LinearsOf(DecodeMlp? mlp) => mlp switch
    {
        DecodePlain plain => [plain.Up, plain.Down],
        DecodeGated gated => [gated.GateUp, gated.Down],
        DecodeExperts experts => [experts.Router, .. experts.Experts.Take(experts.Plan.Chosen).SelectMany(LinearsOf), .. LinearsOf(experts.Shared)],
        _ => [],
    };
}
