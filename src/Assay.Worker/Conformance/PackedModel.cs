using Assay.Data.Formats;
using Assay.Models.Adapters;
using Assay.Models.Engine;
using Assay.Models.Engine.Plans;
using Assay.Models.Families;

namespace Assay.Worker.Conformance;

/// <summary>The packed path on the weights of a model folder.</summary>
internal sealed class PackedModel : IDisposable
{
    private readonly FrozenWeights weights;

    private PackedModel(FrozenWeights weights, LoraAdapter? adapter)
    {
        this.weights = weights;
        Engine = new DecoderEngine(weights, adapter);
    }

    /// <summary>Computes.</summary>
    public DecoderEngine Engine { get; }

    /// <summary>Loads a model folder.</summary>
    /// <param name="folder">Folder with <c>config.json</c> and weights.</param>
    /// <param name="format">Number format.</param>
    /// <param name="adapter">Makes the adapter from the plan; it stays the caller's. Null for the base alone.</param>
    public static PackedModel Open(string folder, FrozenFormat format, Func<DecoderPlan, LoraAdapter>? adapter = null)
    {
        var config = HfModelConfig.Load(folder);
        using var checkpoint = SafetensorsCheckpoint.Open(folder);
        var plan = ModelFamily.Plan(config, checkpoint.Names);
        var attached = adapter?.Invoke(plan);
        return new PackedModel(FrozenWeights.Load(plan, checkpoint, format, attached), attached);
    }

    /// <summary>Takes over weights.</summary>
    /// <param name="weights">Owned from here on.</param>
    /// <param name="adapter">Applied; stays the caller's.</param>
    public static PackedModel Of(FrozenWeights weights, LoraAdapter? adapter) => new(weights, adapter);

    /// <summary>Name of a format as checks carry it after the <c>@</c>.</summary>
    public static string PathName(FrozenFormat format) => format is FrozenFormat.Bf16 or FrozenFormat.Nf4 ? "bf16" : "fp32";

    public void Dispose()
    {
        Engine.Dispose();
        weights.Dispose();
    }
}
