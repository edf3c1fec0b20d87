using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Models.Adapters;
using Assay.Models.Engine;
using Assay.Models.Engine.Plans;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Export;

/// <summary>A model folder with or without an adapter, whose merged weights are made one at a time.</summary>
public sealed class ExportSource : IDisposable
{
    private readonly SafetensorsCheckpoint checkpoint;
    private readonly LoraAdapter? adapter;
    private readonly DecoderPlan basePlan;
    private readonly IReadOnlyDictionary<string, string> names;
    private readonly Dictionary<string, LinearModule> linears;
    private readonly ReferenceModel? trained;

    internal ExportSource(string folder, DecoderPlan plan, SafetensorsCheckpoint checkpoint, LoraAdapter? adapter, ReferenceModel? trained = null)
    {
        (Folder, basePlan, this.checkpoint, this.adapter, this.trained) = (folder, plan, checkpoint, adapter, trained);
        Plan = adapter is null ? plan : AdapterMerge.Plan(plan, adapter);
        names = WeightNames.Match(plan, checkpoint.Names);
        linears = AdapterSlots.Adaptable(plan).ToDictionary(linear => $"{linear.Name}.weight", StringComparer.Ordinal);
    }

    /// <summary>The base's folder.</summary>
    public string Folder { get; }

    /// <summary>The merged model's plan; its head is untied where the adapter demands it.</summary>
    public DecoderPlan Plan { get; }

    /// <summary>Opens a base and an adapter.</summary>
    /// <param name="model">The base; only its folder and plan are used.</param>
    /// <param name="adapterFolder">PEFT adapter folder, or null for the base alone.</param>
    /// <exception cref="InvalidModelConfigException">The adapter does not fit the base or asks for something that is not computed.</exception>
    /// <exception cref="InvalidSafetensorsException">Weights cannot be used.</exception>
    public static ExportSource Open(BaseModel model, string? adapterFolder)
    {
        var adapter = adapterFolder is null ? null : PeftAdapterFile.Load(adapterFolder, model.Plan);
        var checkpoint = model.OpenCheckpoint();
        try
        {
            return new ExportSource(model.Folder, model.Plan, checkpoint, adapter);
        }
        catch
        {
            checkpoint.Dispose();
            adapter?.Dispose();
            throw;
        }
    }

    /// <summary>How many of the base's weights are stored in NF4; they are dequantised, and an adapter is merged into the dequantised values.</summary>
    public int Dequantised => names.Values.Count(name => Nf4Tensors.ShapeOf(checkpoint, name) is not null);

    /// <summary>Opens a model whose every weight was trained.</summary>
    /// <param name="model">The base: its folder gives names, types, configuration and tokenizer.</param>
    /// <param name="trained">The trained weights, of the same plan; stays the caller's.</param>
    /// <exception cref="InvalidSafetensorsException">The base's weights cannot be used.</exception>
    public static ExportSource Open(BaseModel model, ReferenceModel trained)
    {
        var checkpoint = model.OpenCheckpoint();
        try
        {
            return new ExportSource(model.Folder, model.Plan, checkpoint, null, trained);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>A weight's name in the source's files; a head that the merge unties gets its usual name.</summary>
    public string NameOf(WeightPlan weight) => names.GetValueOrDefault(weight.Name, weight.Name);

    /// <summary>A weight's stored type; that of the embedding table for a head that the merge unties, bf16 for an NF4 weight.</summary>
    public TensorDtype DtypeOf(WeightPlan weight)
    {
        string stored = names.GetValueOrDefault(weight.Name, names[basePlan.Embedding.Table]);
        return Nf4Tensors.Find(checkpoint, stored) is not null ? TensorDtype.BF16 : checkpoint.Find(stored)!.Value.Entry.Dtype;
    }

    /// <summary>A merged weight in its stored shape; the caller disposes it.</summary>
    /// <returns>A view of the mapped file in its stored type where nothing changes it, else a new fp32 tensor.</returns>
    public Tensor Weight(WeightPlan weight)
    {
        using var off = no_grad();
        if (trained is not null)
        {
            return trained.Parameters[weight.Name].detach().clone();
        }

        using var stored = names.TryGetValue(weight.Name, out string? name) ? Stored(name, weight) : Stored(names[basePlan.Head.Table], weight);
        if (adapter is null)
        {
            return stored.alias();
        }

        var replacement = names.ContainsKey(weight.Name) ? adapter.Replacement(weight.Name) : adapter.Replacement(basePlan.Head);
        return replacement?.detach().clone()
            ?? (linears.GetValueOrDefault(weight.Name) is { } linear && adapter.Find(linear.Name) is { } pair
                ? AdapterMerge.Merged(pair, linear, stored.to(ScalarType.Float32))
                : stored.alias());
    }

    public void Dispose()
    {
        checkpoint.Dispose();
        adapter?.Dispose();
    }

    private Tensor Stored(string name, WeightPlan weight)
    {
        var (file, entry) = checkpoint.Find(name)!.Value;
        return Nf4Tensors.Find(checkpoint, name) is { } nf4 ? Nf4Weights.ToFloat32(nf4, weight) : StoredWeight.Map(file, entry, weight);
    }
}
