using Assay.Data.Formats.Gguf;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Export;

/// <summary>The tensors of a plan under llama.cpp's names, in its row order.</summary>
/// <remarks>Tensor names: gguf-py's tensor name map.</remarks>
internal sealed class GgufSlots(DecoderPlan plan, GgufArchitecture architecture, GgufType type)
{
    private readonly List<GgufSlot> slots = [];
    private readonly Dictionary<string, WeightPlan> weights = plan.Weights().DistinctBy(weight => weight.Name).ToDictionary(weight => weight.Name, StringComparer.Ordinal);

    /// <summary>All of them, in the order of the file.</summary>
    public IReadOnlyList<GgufSlot> List()
    {
        Add("token_embd.weight", weights[plan.Embedding.Table]);
        if (plan.Embedding.Positions is { } positions)
        {
            Add("position_embd.weight", weights[positions], GgufType.F32);
        }

        Add("token_embd_norm", plan.Embedding.Norm);
        RopeFactors();
        foreach (var (index, block) in plan.Blocks.Index())
        {
            Block($"blk.{index}", block);
        }

        Add("output_norm", plan.FinalNorm);
        if (!plan.Head.Tied || architecture.HeadAlways)
        {
            Add("output.weight", weights[plan.Head.Table]);
        }

        return slots;
    }

    private void Block(string path, BlockPlan block)
    {
        var (first, second) = architecture.AttentionNormFirst || block.Pre2 is null ? ("attn_norm", "ffn_norm") : ("attn_norm_2", "attn_norm");
        Add($"{path}.{first}", block.Pre1);
        Add($"{path}.{second}", block.Pre2);
        Add($"{path}.post_attention_norm", block.Post1);
        Add($"{path}.post_ffw_norm", block.Post2);
        var attention = (GroupedAttention)block.Attention;
        string[] names = attention.Qkv.Rows.Count == 3 ? ["attn_q", "attn_k", "attn_v"] : ["attn_qkv"];
        foreach (var (name, rows) in names.Zip(attention.Qkv.Rows))
        {
            Linear($"{path}.{name}", rows, RowsOf(rows, name, attention));
        }

        Add($"{path}.attn_q_norm", attention.QueryNorm);
        Add($"{path}.attn_k_norm", attention.KeyNorm);
        Linear($"{path}.attn_output", attention.Output.Rows[0], null);
        FeedForward(path, block.Mlp);
    }

    private void FeedForward(string path, MlpPlan mlp)
    {
        switch (mlp)
        {
            case PlainMlp plain:
                Linear($"{path}.ffn_up", plain.Up.Rows[0], null);
                Linear($"{path}.ffn_down", plain.Down.Rows[0], null);
                break;
            case GatedMlp gated:
                Gated(path, "", gated);
                break;
            case ExpertsMlp experts:
                Add($"{path}.ffn_gate_inp.weight", weights[experts.Router.Table], GgufType.F32);
                Stacked($"{path}.ffn_gate_exps", experts, expert => expert.GateUp.Rows[0]);
                Stacked($"{path}.ffn_up_exps", experts, expert => expert.GateUp.Rows[1]);
                Stacked($"{path}.ffn_down_exps", experts, expert => expert.Down.Rows[0]);
                if (experts.Shared is { } shared)
                {
                    Gated(path, "_shexp", shared);
                }

                if (experts.SharedGate is { } gate)
                {
                    slots.Add(new GgufSlot($"{path}.ffn_gate_inp_shexp.weight", [weights[gate].Shape[1]], GgufType.F32, [weights[gate]]));
                }

                break;
            default:
                throw new ExportRefusedException($"The feed-forward part '{mlp.GetType().Name}' is not written as GGUF.");
        }
    }

    private void Gated(string path, string suffix, GatedMlp mlp)
    {
        if (mlp.GateUp.Rows.Count == 1)
        {
            Linear($"{path}.ffn_up{suffix}", mlp.GateUp.Rows[0], null); // fused: gate rows, then up rows
        }
        else
        {
            Linear($"{path}.ffn_gate{suffix}", mlp.GateUp.Rows[0], null);
            Linear($"{path}.ffn_up{suffix}", mlp.GateUp.Rows[1], null);
        }

        Linear($"{path}.ffn_down{suffix}", mlp.Down.Rows[0], null);
    }

    // Rows that are grouped in the hub's layout come as [q | k | v]; half-split pairs become adjacent where the architecture wants them so.
    // Families whose hub layout has adjacent pairs already (ChatGLM, GLM) keep their rows.
    private int[]? RowsOf(RowBlock rows, string name, GroupedAttention attention) =>
        rows.Order is GroupedRows grouped ? grouped.HubRows(rows.Module.Out)
        : !architecture.AdjacentPairs || name is "attn_v" or "attn_qkv" || rows.Order is EvenOddRows ? null
        : Adjacent(name == "attn_q" ? attention.Heads : attention.KvHeads, attention.HeadDim);

    private static int[] Adjacent(int heads, int headDim) =>
        [.. Enumerable.Range(0, heads * headDim).Select(row => (row / headDim * headDim) + (row % headDim / 2) + (row % 2 * (headDim / 2)))];

    private void Linear(string name, RowBlock rows, int[]? order)
    {
        var module = rows.Module;
        slots.Add(new GgufSlot($"{name}.weight", [module.Out, module.In], TypeFor(module.In), [weights[$"{module.Name}.weight"]]) { Turned = module.Transposed, Order = order });
        if (module.Bias)
        {
            slots.Add(new GgufSlot($"{name}.bias", [module.Out], GgufType.F32, [weights[$"{module.Name}.bias"]]) { Order = order });
        }
    }

    private void Stacked(string name, ExpertsMlp experts, Func<GatedMlp, RowBlock> part)
    {
        WeightPlan[] each = [.. experts.Experts.Select(expert => weights[$"{part(expert).Module.Name}.weight"])];
        slots.Add(new GgufSlot($"{name}.weight", [each.Length, .. each[0].Shape], TypeFor(each[0].Shape[^1]), each));
    }

    private void Add(string name, NormPlan? norm)
    {
        if (norm is null)
        {
            return;
        }

        var weight = weights[$"{norm.Name}.weight"];
        slots.Add(new GgufSlot($"{name}.weight", weight.Shape, GgufType.F32, [weight]) { PlusOne = norm.Kind is NormKind.RmsPlusOne });
        if (norm.Kind is NormKind.Layer)
        {
            Add($"{name}.bias", weights[$"{norm.Name}.bias"], GgufType.F32);
        }
    }

    private void Add(string name, WeightPlan weight, GgufType? always = null) =>
        slots.Add(new GgufSlot(name, weight.Shape, always ?? TypeFor(weight.Shape[^1]), [weight]));

    // Rows that do not divide into blocks are kept in half precision, as llama.cpp's converter does.
    private GgufType TypeFor(long width) => type is GgufType.Q8_0 && width % GgufElements.Block != 0 ? GgufType.F16 : type;

    private void RopeFactors()
    {
        if (plan.Rope is { Kind: RopeKind.Llama3 } ramp)
        {
            // Divisor of each unstretched frequency.
            float[] factors = [.. ramp.Frequencies(1).Select((frequency, pair) => (float)(Math.Pow(ramp.Theta, -2.0 * pair / ramp.Width) / frequency))];
            Factors("rope_freqs.weight", factors);
        }
        else if (plan.Rope is { Kind: RopeKind.LongRope } longRope)
        {
            Factors("rope_factors_long.weight", [.. longRope.LongFactors.Select(factor => (float)factor)]);
            Factors("rope_factors_short.weight", [.. longRope.ShortFactors.Select(factor => (float)factor)]);
        }
    }

    private void Factors(string name, float[] factors) => slots.Add(new GgufSlot(name, [factors.Length], GgufType.F32, []) { Factors = factors });
}
