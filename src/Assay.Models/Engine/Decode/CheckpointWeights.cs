using Assay.Data.Formats;
using Assay.Data.Formats.Nf4;
using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Decode;

/// <summary>The weights of a checkpoint, read in place; those stored in NF4 are dequantised one at a time, in bf16 where they were bf16.</summary>
internal sealed unsafe class CheckpointWeights : IDisposable
{
    private readonly SafetensorsCheckpoint checkpoint;
    private readonly IReadOnlyDictionary<string, string> names;
    private readonly Dictionary<string, WeightPlan> planned;
    private readonly List<Tensor> dequantised = [];

    /// <param name="plan">What is needed.</param>
    /// <param name="checkpoint">Owned from here on, unless the constructor throws.</param>
    /// <exception cref="InvalidSafetensorsException">Weights are missing or unknown.</exception>
    public CheckpointWeights(DecoderPlan plan, SafetensorsCheckpoint checkpoint)
    {
        this.checkpoint = checkpoint;
        names = WeightNames.Match(plan, checkpoint.Names);
        planned = plan.Weights().ToDictionary(weight => weight.Name, StringComparer.Ordinal);
    }

    /// <summary>Memory of dequantised weights that are read in place.</summary>
    public long Bytes => dequantised.Where(tensor => !tensor.IsInvalid).Sum(tensor => tensor.numel() * tensor.element_size());

    public SourceWeight Find(string name)
    {
        var (file, entry) = checkpoint.Find(names[name])!.Value;
        if (Nf4Tensors.Find(checkpoint, entry.Name) is not { } nf4)
        {
            return new SourceWeight(entry.Name, file.Address(entry), entry.Dtype, entry.Shape);
        }

        WeightNames.CheckShape(planned[name] with { Shape = planned[name].QuantisedShape }, entry.Name, nf4.Shape);
        using var off = no_grad();
        using var values = Nf4Weights.ToFloat32(nf4, planned[name]);
        var kept = (nf4.Dtype is TensorDtype.BF16 ? values.to(ScalarType.BFloat16) : values.alias()).DetachFromDisposeScope();
        dequantised.Add(kept);
        var dtype = nf4.Dtype is TensorDtype.BF16 ? TensorDtype.BF16 : TensorDtype.F32;
        return new SourceWeight(entry.Name, (nint)AotiTorch.Pointer(kept), dtype, kept.shape) { Owner = kept };
    }

    public void Dispose()
    {
        dequantised.ForEach(tensor => tensor.Dispose());
        checkpoint.Dispose();
    }
}
