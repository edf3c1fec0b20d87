using Assay.Data.Formats;
using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Decode;

/// <summary>The weights of <see cref="FrozenWeights.RandomWeight"/>, made one at a time, so that no copy of the whole model exists beside what decoding keeps.</summary>
internal sealed unsafe class RandomWeights(DecoderPlan plan, long seed, bool bf16) : IDisposable
{
    private readonly Dictionary<string, WeightPlan> planned = plan.Weights().ToDictionary(weight => weight.Name, StringComparer.Ordinal);
    private readonly List<Tensor> made = [];
    private SourceWeight? embedding;

    public SourceWeight Find(string name)
    {
        // A tied head reads the embedding's table, which is looked up as well and so may not go.
        bool kept = name == plan.Embedding.Table;
        if (kept && embedding is not null)
        {
            return embedding;
        }

        var tensor = FrozenWeights.RandomWeight(planned[name], seed, bf16 ? ScalarType.BFloat16 : ScalarType.Float32).DetachFromDisposeScope();
        made.Add(tensor);
        var dtype = tensor.dtype == ScalarType.BFloat16 ? TensorDtype.BF16 : TensorDtype.F32;
        var weight = new SourceWeight(name, (nint)AotiTorch.Pointer(tensor), dtype, tensor.shape) { Owner = kept ? null : tensor };
        embedding = kept ? weight : embedding;
        return weight;
    }

    public void Dispose() => made.ForEach(tensor => tensor.Dispose());
}
