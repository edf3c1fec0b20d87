using Assay.Models.Adapters;
using Assay.Models.Engine;
using static TorchSharp.torch;

namespace Assay.Models.Training;

/// <summary>Opens an adapter for training on the path that suits model, adapter and machine.</summary>
public static class AdapterTarget
{
    /// <summary>Prepares a run.</summary>
    /// <param name="model">The base; must stay open as long as the result.</param>
    /// <param name="adapter">What is trained; its tensors change in place. Null opens the base alone, to be measured.</param>
    /// <param name="path">Which path.</param>
    /// <param name="format">How the packed path keeps the base; null takes the faster of fp32 and bf16 on this machine.</param>
    /// <param name="binTokens">Wanted tokens of a bin on the packed path.</param>
    /// <param name="device">Device of the reference path, such as a CUDA one; null computes on the CPU. The packed path knows the CPU only.</param>
    /// <returns>The target, which owns what it loaded, and why it is the reference path although none was asked for; null when it is not.</returns>
    /// <exception cref="NotSupportedException">The packed path was asked for and cannot take the model or the adapter; the message says which part.</exception>
    /// <exception cref="InsufficientMemoryException">The packed path's forecast does not fit into the memory that is free.</exception>
    /// <exception cref="Data.Formats.InvalidSafetensorsException">The weights cannot be used.</exception>
    public static (ITrainingTarget Target, string? WhyReference) Open(BaseModel model, LoraAdapter? adapter, TrainingPath path, FrozenFormat? format, int binTokens = StepPacking.UsualBinTokens, Device? device = null)
    {
        string? missing = device is not null ? $"The packed path computes on the CPU only; {device} was asked for." : DecoderEngine.Unsupported(model.Plan, adapter);
        if (path is TrainingPath.Packed && missing is not null)
        {
            throw new NotSupportedException(missing);
        }

        return path is TrainingPath.Reference || missing is not null
            ? (new ReferenceTarget(model.Weights, adapter, fusedAttention: true, device), missing)
            : (Packed(model, adapter, format ?? ProductTiming.Faster, binTokens), null);
    }

    private static PackedTarget Packed(BaseModel model, LoraAdapter? adapter, FrozenFormat format, int binTokens)
    {
        if (adapter is not null)
        {
            MemoryForecast.Training(model.Plan, linear => adapter.Find(linear.Name)?.Rank ?? 0, binTokens, format).Require(FreeMemory.Bytes());
        }

        using var checkpoint = model.OpenCheckpoint();
        var weights = FrozenWeights.Load(model.Plan, checkpoint, format, adapter);
        try
        {
            return new PackedTarget(new DecoderEngine(weights, adapter), binTokens, weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }
}
