using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine.Decode;

/// <summary>The weights of a checkpoint where they lie; those stored in NF4 as their codes.</summary>
internal sealed class CheckpointWeights : IDisposable
{
    private readonly SafetensorsCheckpoint checkpoint;
    private readonly IReadOnlyDictionary<string, string> names;

    /// <param name="plan">What is needed.</param>
    /// <param name="checkpoint">Owned from here on, unless the constructor throws.</param>
    /// <exception cref="InvalidSafetensorsException">Weights are missing or unknown.</exception>
    public CheckpointWeights(DecoderPlan plan, SafetensorsCheckpoint checkpoint)
    {
        this.checkpoint = checkpoint;
        names = WeightNames.Match(plan, checkpoint.Names);
    }

    /// <summary>A weight by the plan's name.</summary>
    public SourceWeight Find(string name)
    {
        var (file, entry) = checkpoint.Find(names[name])!.Value;
        return Nf4Tensors.Find(checkpoint, entry.Name) is { } codes
            ? new SourceWeight(entry.Name, 0, codes.Dtype, codes.Shape) { Nf4 = codes }
            : new SourceWeight(entry.Name, file.Address(entry), entry.Dtype, entry.Shape);
    }

    public void Dispose() => checkpoint.Dispose();
}
