using Assay.Data.Formats;
using Assay.Models.Engine;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Reference;

/// <summary>Loads a plan's weights from a checkpoint as fp32.</summary>
internal static class WeightLoading
{
    /// <exception cref="InvalidSafetensorsException">Weights are missing, unknown or of another shape; up to five are named.</exception>
    public static Dictionary<string, Tensor> Load(DecoderPlan plan, SafetensorsCheckpoint checkpoint)
    {
        var names = WeightNames.Match(plan, checkpoint.Names);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var weight in plan.Weights())
        {
            var (file, entry) = checkpoint.Find(names[weight.Name])!.Value;
            WeightNames.CheckShape(weight, entry);
            tensors.Add(weight.Name, TensorBytes.ToFloat32(file, entry).DetachFromDisposeScope());
        }

        return tensors;
    }
}
