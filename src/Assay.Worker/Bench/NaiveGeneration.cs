using Assay.Models.Engine.Plans;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Assay.Worker.Bench;

/// <summary>The opponent of the generation benchmark: the same Qwen2 blocks as a TorchSharp user would write them for inference in bf16, with a cache made beforehand and fused attention.</summary>
internal sealed class NaiveGeneration : IDisposable
{
    private readonly DecoderPlan plan;
    private readonly Dictionary<string, Tensor> weights = new(StringComparer.Ordinal);
    private readonly List<(Tensor Keys, Tensor Values)> cache;
    private readonly Tensor cos;
    private readonly Tensor sin;

    /// <param name="plan">Grouped attention with rope, gated mlp, RMS norms.</param>
    /// <param name="weight">Makes a weight in its stored shape; the result belongs to this.</param>
    /// <param name="rows">Batch.</param>
    /// <param name="capacity">Most positions.</param>
    public NaiveGeneration(DecoderPlan plan, Func<WeightPlan, Tensor> weight, int rows, int capacity)
    {
        this.plan = plan;
        foreach (var planned in plan.Weights())
        {
            using var made = weight(planned);
            weights.Add(planned.Name, made.to(ScalarType.BFloat16, copy: false).alias().DetachFromDisposeScope());
        }

        cache = [.. plan.Blocks.Select(block => (Buffer((GroupedAttention)block.Attention), Buffer((GroupedAttention)block.Attention)))];
        using var scope = NewDisposeScope();
        float[] frequencies = [.. plan.Rope!.Frequencies(capacity).Select(frequency => (float)frequency)];
        var angles = arange(capacity, dtype: ScalarType.Float32).unsqueeze(1) * tensor(frequencies); // [T, d/2]
        cos = angles.cos().to(ScalarType.BFloat16).DetachFromDisposeScope();
        sin = angles.sin().to(ScalarType.BFloat16).DetachFromDisposeScope();

        Tensor Buffer(GroupedAttention attention) => zeros([rows, attention.KvHeads, capacity, attention.HeadDim], ScalarType.BFloat16).DetachFromDisposeScope();
    }

    /// <summary>Scores after the last of the new tokens, which take the positions from <paramref name="first"/> on.</summary>
    /// <param name="ids">int64 [B, T].</param>
    /// <param name="first">Positions cached before.</param>
    /// <returns>[B, V], bf16.</returns>
    public Tensor Logits(Tensor ids, int first)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var hidden = weights[plan.Embedding.Table].index_select(0, ids.view(-1)).view(ids.shape[0], ids.shape[1], plan.Hidden); // [B, T, D]
        for (int index = 0; index < plan.Blocks.Count; index++)
        {
            hidden = Block(index, hidden, first);
        }

        var last = Norm(plan.FinalNorm, hidden.select(1, hidden.shape[1] - 1));
        return F.linear(last, weights[plan.Head.Table]).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var tensor in weights.Values.Concat(cache.SelectMany<(Tensor Keys, Tensor Values), Tensor>(pair => [pair.Keys, pair.Values])).Append(cos).Append(sin))
        {
            tensor.Dispose();
        }
    }

    private Tensor Block(int index, Tensor hidden, int first)
    {
        using var scope = NewDisposeScope();
        var block = plan.Blocks[index];
        var mlp = (GatedMlp)block.Mlp;
        var attended = hidden + Attention(index, (GroupedAttention)block.Attention, Norm(block.Pre1, hidden), first);
        var x = Norm(block.Pre2!, attended);
        var gate = F.silu(Linear(mlp.GateUp.Rows[0].Module, x));
        return (attended + Linear(mlp.Down.Rows[0].Module, gate * Linear(mlp.GateUp.Rows[1].Module, x))).MoveToOuterDisposeScope();
    }

    private Tensor Attention(int index, GroupedAttention attention, Tensor x, int first)
    {
        long rows = x.shape[0], tokens = x.shape[1];
        Tensor Heads(int part, int heads) => Linear(attention.Qkv.Rows[part].Module, x).view(rows, tokens, heads, attention.HeadDim).transpose(1, 2);
        Tensor Cached(Tensor buffer, Tensor added)
        {
            buffer.narrow(2, first, tokens).copy_(added);
            long group = attention.Heads / attention.KvHeads;
            var all = buffer.narrow(2, 0, first + tokens);
            return group == 1 ? all : all.unsqueeze(2).expand(rows, attention.KvHeads, group, first + tokens, attention.HeadDim).reshape(rows, attention.Heads, first + tokens, attention.HeadDim);
        }

        var (keys, values) = cache[index];
        var mixed = F.scaled_dot_product_attention(
            Rotate(Heads(0, attention.Heads), first),
            Cached(keys, Rotate(Heads(1, attention.KvHeads), first)),
            Cached(values, Heads(2, attention.KvHeads)),
            is_casual: tokens > 1);
        return Linear(attention.Output.Rows[0].Module, mixed.transpose(1, 2).reshape(rows, tokens, -1));
    }

    private Tensor Rotate(Tensor x, int first)
    {
        var halves = x.chunk(2, -1);
        var (c, s) = (cos.narrow(0, first, x.shape[2]), sin.narrow(0, first, x.shape[2]));
        return cat([(halves[0] * c) - (halves[1] * s), (halves[1] * c) + (halves[0] * s)], -1);
    }

    private Tensor Linear(LinearModule module, Tensor x) =>
        F.linear(x, weights[$"{module.Name}.weight"], module.Bias ? weights[$"{module.Name}.bias"] : null);

    private Tensor Norm(NormPlan norm, Tensor x)
    {
        var wide = x.to(ScalarType.Float32);
        return (wide * rsqrt(wide.square().mean([-1], keepdim: true) + norm.Epsilon)).to(ScalarType.BFloat16) * weights[$"{norm.Name}.weight"];
    }
}
