using Assay.Models.Adapters;
using Assay.Models.Engine.Plans;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Assay.Worker.Bench;

/// <summary>
/// The opponent of the training benchmark: the same Qwen2 blocks as a TorchSharp user would write them, with autograd, padded batches, one linear call
/// per hub layer and its adapter beside it, and logits at every position.
/// </summary>
/// <remarks>
/// Written to be fast within that method: fused attention, fused silu and cross-entropy, frozen tensors without gradients, adapters applied in the
/// compute type, and a scope per block so that only what autograd holds stays alive.
/// </remarks>
internal sealed class NaiveModel : IDisposable
{
    private readonly DecoderPlan plan;
    private readonly ScalarType type;
    private readonly Dictionary<string, Tensor> frozen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Parameter A, Parameter B, double Scale)> pairs = new(StringComparer.Ordinal);
    private readonly Tensor cos;
    private readonly Tensor sin;

    /// <param name="plan">Grouped attention with rope, gated mlp, RMS norms.</param>
    /// <param name="weight">Makes a weight in its stored shape; the result is copied and disposed.</param>
    /// <param name="adapter">Pairs to copy as trainable parameters.</param>
    /// <param name="type">Float32 or BFloat16.</param>
    /// <param name="longest">Most tokens of a sequence.</param>
    public NaiveModel(DecoderPlan plan, Func<WeightPlan, Tensor> weight, LoraAdapter adapter, ScalarType type, int longest)
    {
        (this.plan, this.type) = (plan, type);
        foreach (var planned in plan.Weights())
        {
            using var found = weight(planned);
            frozen.Add(planned.Name, found.to(type, copy: true).contiguous().DetachFromDisposeScope());
        }

        foreach (var pair in adapter.Pairs)
        {
            pairs.Add(pair.Module, (Trainable(pair.A), Trainable(pair.B), pair.Scale));
        }

        using var scope = NewDisposeScope();
        float[] frequencies = [.. plan.Rope!.Frequencies(longest).Select(frequency => (float)frequency)];
        var angles = arange(longest, dtype: ScalarType.Float32).unsqueeze(1) * tensor(frequencies); // [T, d/2]
        cos = angles.cos().to(type).DetachFromDisposeScope();
        sin = angles.sin().to(type).DetachFromDisposeScope();
    }

    /// <summary>The trainable tensors.</summary>
    public IEnumerable<Parameter> Parameters => pairs.Values.SelectMany<(Parameter A, Parameter B, double), Parameter>(pair => [pair.A, pair.B]);

    /// <summary>Logits of a padded batch.</summary>
    /// <param name="ids">int64 [B, T].</param>
    /// <param name="mask">[B, 1, T, T], 0 where a key may be seen and −∞ where not; null when rows have equal length.</param>
    /// <returns>[B, T, V] in the model's type, with its graph.</returns>
    public Tensor Logits(Tensor ids, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        var hidden = frozen[plan.Embedding.Table].index_select(0, ids.view(-1)).view(ids.shape[0], ids.shape[1], plan.Hidden); // [B, T, D]
        foreach (var block in plan.Blocks)
        {
            hidden = Block(block, hidden, mask);
        }

        return F.linear(Norm(plan.FinalNorm, hidden), frozen[plan.Head.Table]).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var value in frozen.Values.Concat(Parameters.Cast<Tensor>()).Append(cos).Append(sin))
        {
            value.Dispose();
        }
    }

    private static Parameter Trainable(Tensor value)
    {
        var parameter = new Parameter(value.detach().clone());
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    private Tensor Block(BlockPlan block, Tensor hidden, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        var attention = (GroupedAttention)block.Attention;
        var mlp = (GatedMlp)block.Mlp;
        var attended = hidden + Attention(attention, Norm(block.Pre1, hidden), mask);
        var x = Norm(block.Pre2!, attended);
        var gate = F.silu(Linear(mlp.GateUp.Rows[0].Module, x));
        return (attended + Linear(mlp.Down.Rows[0].Module, gate * Linear(mlp.GateUp.Rows[1].Module, x))).MoveToOuterDisposeScope();
    }

    private Tensor Attention(GroupedAttention attention, Tensor x, Tensor? mask)
    {
        long rows = x.shape[0], tokens = x.shape[1];
        Tensor Heads(int part, int heads) => Linear(attention.Qkv.Rows[part].Module, x).view(rows, tokens, heads, attention.HeadDim).transpose(1, 2);
        Tensor Expand(Tensor heads)
        {
            long group = attention.Heads / attention.KvHeads;
            return group == 1 ? heads : heads.unsqueeze(2).expand(rows, attention.KvHeads, group, tokens, attention.HeadDim).reshape(rows, attention.Heads, tokens, attention.HeadDim);
        }

        var mixed = F.scaled_dot_product_attention(
            Rotate(Heads(0, attention.Heads)),
            Expand(Rotate(Heads(1, attention.KvHeads))),
            Expand(Heads(2, attention.KvHeads)),
            mask,
            is_casual: mask is null);
        return Linear(attention.Output.Rows[0].Module, mixed.transpose(1, 2).reshape(rows, tokens, -1));
    }

    private Tensor Rotate(Tensor x)
    {
        var halves = x.chunk(2, -1);
        var (c, s) = (cos.narrow(0, 0, x.shape[2]), sin.narrow(0, 0, x.shape[2]));
        return cat([(halves[0] * c) - (halves[1] * s), (halves[1] * c) + (halves[0] * s)], -1);
    }

    private Tensor Linear(LinearModule module, Tensor x)
    {
        var y = F.linear(x, frozen[$"{module.Name}.weight"], module.Bias ? frozen[$"{module.Name}.bias"] : null);
        var (a, b, scale) = pairs[module.Name];
        return type == ScalarType.Float32
            ? y.add(F.linear(F.linear(x, a), b), alpha: scale)
            : y.add(F.linear(F.linear(x, a.to(type)), b.to(type)), alpha: scale);
    }

    private Tensor Norm(NormPlan norm, Tensor x)
    {
        var wide = x.to(ScalarType.Float32);
        return (wide * rsqrt(wide.square().mean([-1], keepdim: true) + norm.Epsilon)).to(type) * frozen[$"{norm.Name}.weight"];
    }
}
