using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Models.Adapters;
using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>A frozen base as the packed path computes with it: engine matrices, fp32 norms and biases, embedding and head tables.</summary>
/// <remarks>
/// Tables whose stored type is the product type stay in the mapped file; their mapping outlives the checkpoint object.
/// Adapter columns belong to the matrices, so one <see cref="DecoderEngine"/> at a time may use an adapter on these weights.
/// </remarks>
public sealed class FrozenWeights : IDisposable
{
    private readonly Dictionary<string, FrozenMatrix> matrices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
    private readonly List<IDisposable> leases = [];
    private readonly BufferArena products = new();
    private Tensor? expanded;

    private FrozenWeights(DecoderPlan plan, FrozenFormat format) => (Plan, Format) = (plan, format);

    /// <summary>Which blocks in which order.</summary>
    public DecoderPlan Plan { get; }

    /// <summary>How the base is kept.</summary>
    public FrozenFormat Format { get; }

    /// <summary>Bytes held by copies; tables that stay in the mapped file do not count.</summary>
    public long Bytes => products.Bytes + matrices.Values.Sum(matrix => matrix.Bytes) + tensors.Values.Concat(expanded is null ? [] : [expanded]).Sum(tensor => tensor.numel() * tensor.element_size());

    /// <summary>Type of activations and weights in products.</summary>
    internal ScalarType Operand => Format is FrozenFormat.Fp32 or FrozenFormat.Nf4Fp32 ? ScalarType.Float32 : ScalarType.BFloat16;

    /// <summary>Whether a run keeps less and computes more: who chooses four bits is short of memory.</summary>
    internal bool SavesMemory => Format is FrozenFormat.Nf4 or FrozenFormat.Nf4Fp32;

    /// <summary>Loads a checkpoint.</summary>
    /// <param name="plan">What the weights are for.</param>
    /// <param name="checkpoint">Opened weights; may be disposed afterwards.</param>
    /// <param name="format">How to keep them.</param>
    /// <param name="adapter">Adapter whose ranks decide the columns left beside each matrix, or null for none.</param>
    /// <exception cref="InvalidSafetensorsException">Weights are missing, unknown or of another shape; up to five are named.</exception>
    public static FrozenWeights Load(DecoderPlan plan, SafetensorsCheckpoint checkpoint, FrozenFormat format, LoraAdapter? adapter)
    {
        var names = WeightNames.Match(plan, checkpoint.Names);
        var weights = new FrozenWeights(plan, format);
        var leased = new HashSet<SafetensorsFile>();
        (SafetensorsFile File, TensorEntry Entry) Find(WeightPlan weight)
        {
            var found = checkpoint.Find(names[weight.Name])!.Value;
            if (leased.Add(found.File))
            {
                weights.leases.Add(found.File.Lease());
            }

            return found;
        }

        Nf4Matrix? Stored(WeightPlan weight)
        {
            var nf4 = Nf4Tensors.Find(checkpoint, Find(weight).Entry.Name);
            if (nf4 is not null)
            {
                WeightNames.CheckShape(weight with { Shape = weight.QuantisedShape }, names[weight.Name], nf4.Shape);
            }

            return nf4;
        }

        Tensor Read(WeightPlan weight)
        {
            if (Stored(weight) is { } nf4)
            {
                return Nf4Weights.ToFloat32(nf4, weight);
            }

            var (file, entry) = Find(weight);
            return StoredWeight.Map(file, entry, weight);
        }

        // A file that has NF4 weights says itself which layers are quantised; any other is quantised here.
        bool stored = checkpoint.Names.Any(name => Nf4Tensors.WeightOf(name) is not null);
        return weights.Fill(adapter, new WeightSource(Read, stored ? Stored : weight => Quantise(Read, weight)));
    }

    /// <summary>Takes over the weights of a reference model, for example merged ones.</summary>
    /// <param name="model">Copied from; may be disposed afterwards.</param>
    /// <param name="format">How to keep them.</param>
    /// <param name="adapter">Adapter whose ranks decide the columns left beside each matrix, or null for none.</param>
    public static FrozenWeights From(ReferenceModel model, FrozenFormat format, LoraAdapter? adapter) =>
        new FrozenWeights(model.Plan, format).Fill(adapter, Of(weight => model.Parameters[weight.Name].detach().clone()));

    /// <summary>Random weights to measure speed with: matrices N(0, 0.02²), norms 1, biases 0. Never holds an fp32 copy of a bf16 model.</summary>
    /// <param name="plan">What to make.</param>
    /// <param name="seed">Same seed and format, same weights.</param>
    /// <param name="format">How to keep them.</param>
    /// <param name="adapter">Adapter whose ranks decide the columns left beside each matrix, or null for none.</param>
    public static FrozenWeights Random(DecoderPlan plan, long seed, FrozenFormat format, LoraAdapter? adapter)
    {
        var weights = new FrozenWeights(plan, format);
        return weights.Fill(adapter, Of(weight => RandomWeight(weight, seed, weights.Operand)));
    }

    /// <summary>One weight of <see cref="Random"/>, in its stored shape.</summary>
    /// <param name="weight">What to make.</param>
    /// <param name="seed">Same seed and type, same values.</param>
    /// <param name="type">Type of a matrix; the rest is fp32.</param>
    public static Tensor RandomWeight(WeightPlan weight, long seed, ScalarType type)
    {
        if (weight.Shape.Count == 1)
        {
            return weight.Name.EndsWith(".weight", StringComparison.Ordinal) ? ones([.. weight.Shape]) : zeros([.. weight.Shape]);
        }

        using var generator = new Generator((ulong)seed);
        generator.manual_seed(unchecked((long)new CounterRandom((ulong)seed, weight.Name).Bits(0) >>> 1));
        return empty([.. weight.Shape], type).normal_(0, 0.02, generator);
    }

    /// <summary>The matrix of a linear plan.</summary>
    internal FrozenMatrix Matrix(LinearPlan plan) => matrices[plan.Rows[0].Module.Name];

    /// <summary>A norm weight or another small weight in fp32, or a table in the product type. A norm that stores w for 1 + w has the 1 added.</summary>
    internal Tensor Tensor(string name) => tensors[name];

    public void Dispose()
    {
        foreach (var matrix in matrices.Values)
        {
            matrix.Dispose();
        }

        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }

        expanded?.Dispose();
        products.Dispose();
        leases.ForEach(lease => lease.Dispose());
        leases.Clear();
    }

    /// <summary>Columns an adapter needs beside a matrix.</summary>
    internal static int RankOf(LinearPlan plan, LoraAdapter? adapter) => plan.Modules.Sum(module => adapter?.Find(module.Name)?.Rank ?? 0);

    private FrozenWeights Fill(LoraAdapter? adapter, WeightSource source)
    {
        try
        {
            using var apart = LargeBlocks.Apart();
            using var off = no_grad();
            foreach (var linear in Plan.Blocks.SelectMany(block => block.Linears))
            {
                int rank = RankOf(linear, adapter);
                matrices.Add(linear.Rows[0].Module.Name, Format switch
                {
                    FrozenFormat.Nf4 or FrozenFormat.Nf4Fp32 => new QuantisedMatrix(linear, Expanded(linear, adapter), rank, source),
                    FrozenFormat.Int8 => new Int8Matrix(linear, rank, source, products),
                    _ => new DenseMatrix(linear, Operand, rank, source),
                });
            }

            var inMatrices = Plan.Linears.SelectMany(module => module.Weights).Select(weight => weight.Name).ToHashSet(StringComparer.Ordinal);
            var tables = new HashSet<string?>([Plan.Embedding.Table, Plan.Embedding.Positions, Plan.Head.Table], StringComparer.Ordinal);
            foreach (var weight in Plan.Weights().Where(weight => !inMatrices.Contains(weight.Name)))
            {
                using var stored = source.Read(weight);
                var type = tables.Contains(weight.Name) ? Operand : ScalarType.Float32;
                tensors.Add(weight.Name, (stored.dtype == type ? stored.alias() : stored.to(type)).DetachFromDisposeScope());
            }

            foreach (var norm in Norms().Where(norm => norm.Kind is NormKind.RmsPlusOne).DistinctBy(norm => norm.Name))
            {
                // In place is not allowed: the tensor may be the mapped file.
                using var stored = tensors[$"{norm.Name}.weight"];
                tensors[$"{norm.Name}.weight"] = (stored + 1).DetachFromDisposeScope();
            }

            if (Format is FrozenFormat.Nf4 or FrozenFormat.Nf4Fp32)
            {
                // Quantising leaves arrays as large as the scales of every layer; without a collection they would count for the whole run.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }

            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private static WeightSource Of(Func<WeightPlan, Tensor> read) => new(read, weight => Quantise(read, weight));

    /// <summary>A weight that is stored unquantised, in NF4 with double quantisation.</summary>
    private static Nf4Matrix Quantise(Func<WeightPlan, Tensor> read, WeightPlan weight)
    {
        using var stored = read(weight);
        return Nf4Weights.Quantise(stored, weight);
    }

    /// <summary>A matrix's part of the buffer that NF4 matrices are expanded into, one after the other.</summary>
    private Tensor Expanded(LinearPlan linear, LoraAdapter? adapter)
    {
        long Elements(LinearPlan any) => (long)any.Out * (any.In + RankOf(any, adapter));
        expanded ??= empty(Plan.Blocks.SelectMany(block => block.Linears).Max(Elements), Operand).DetachFromDisposeScope();
        return expanded.narrow(0, 0, Elements(linear));
    }

    private IEnumerable<NormPlan> Norms() => Plan.Blocks
        .SelectMany(block => ((NormPlan?[])[block.Pre1, block.Post1, block.Pre2, block.Post2]).OfType<NormPlan>().Concat(block.Attention.Norms))
        .Append(Plan.FinalNorm)
        .Concat(Plan.Embedding.Norm is { } norm ? [norm] : []);
}
