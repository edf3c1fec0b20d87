using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Models.Engine;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Reference;

/// <summary>Loads a plan's weights from a checkpoint as fp32.</summary>
internal static class WeightLoading
{
    /// <param name="plan">What is needed.</param>
    /// <param name="checkpoint">Where it is.</param>
    /// <param name="dequantised">Names of the weights that were stored in NF4.</param>
    /// <exception cref="InvalidSafetensorsException">Weights are missing, unknown or of another shape; up to five are named.</exception>
    public static Dictionary<string, Tensor> Load(DecoderPlan plan, SafetensorsCheckpoint checkpoint, out IReadOnlyList<string> dequantised)
    {
        var names = WeightNames.Match(plan, checkpoint.Names);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var quantised = new List<string>();
        foreach (var weight in plan.Weights())
        {
            var (file, entry) = checkpoint.Find(names[weight.Name])!.Value;
            if (Nf4Tensors.Find(checkpoint, entry.Name) is { } nf4)
            {
                WeightNames.CheckShape(weight with { Shape = weight.QuantisedShape }, entry.Name, nf4.Shape);
                quantised.Add(weight.Name);
                tensors.Add(weight.Name, Nf4Weights.ToFloat32(nf4, weight).DetachFromDisposeScope());
            }
            else
            {
                WeightNames.CheckShape(weight, entry);
                tensors.Add(weight.Name, TensorBytes.ToFloat32(file, entry).DetachFromDisposeScope());
            }
        }

        dequantised = quantised;
        return tensors;
    }
}
