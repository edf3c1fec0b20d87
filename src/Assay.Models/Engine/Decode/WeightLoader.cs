using Assay.Data.Formats;
using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine.Decode;

/// <summary>Brings a plan's weights into the form decoding reads: in place where the stored form fits, else copied, reordered or quantised.</summary>
/// <param name="find">A stored weight by the plan's name.</param>
/// <param name="format">Form of the matrices; null keeps bf16 as stored and widens everything else to fp32.</param>
/// <param name="reuse">A matrix that another model with the same blocks has already, by plan and number; null makes all anew.</param>
internal sealed unsafe class WeightLoader(Func<string, SourceWeight> find, WeightFormat? format, Func<LinearPlan, int, DecodeLinear?>? reuse)
{
    private readonly List<AlignedMemory> owned = [];

    /// <summary>Memory of everything that was not taken in place; it belongs to the caller.</summary>
    public IReadOnlyList<AlignedMemory> Owned => owned;

    /// <summary>All matrices in the order they were made; the place is <see cref="DecodeLinear.Number"/>.</summary>
    public List<DecodeLinear> Linears { get; } = [];

    public DecodeBlock Block(BlockPlan plan) => new(
        plan.Parallel,
        Norm(plan.Pre1),
        NormOrNone(plan.Post1),
        NormOrNone(plan.Pre2),
        NormOrNone(plan.Post2),
        Attention(plan.Attention),
        Mlp(plan.Mlp));

    public DecodeNorm? NormOrNone(NormPlan? plan) => plan is null ? null : Norm(plan);

    public DecodeNorm Norm(NormPlan plan)
    {
        float* weight = (float*)Vector($"{plan.Name}.weight", RowOrder.Identity, plan.Width);
        for (int index = 0; index < plan.Width && plan.Kind is NormKind.RmsPlusOne; index++)
        {
            weight[index] += 1;
        }

        return new DecodeNorm(plan, (nint)weight, plan.Kind is NormKind.Layer ? Vector($"{plan.Name}.bias", RowOrder.Identity, plan.Width) : 0);
    }

    public DecodeLinear Linear(LinearPlan plan) => Linear(plan, format);

    /// <summary>A table [O, K] as a matrix without bias.</summary>
    public DecodeLinear Table(string name, int inputs, int outputs, bool exact) =>
        Linear(new LinearPlan([RowBlock.Of(Module(name), inputs, outputs, bias: false)]), exact ? WeightFormat.Fp32 : format);

    /// <summary>An fp32 copy of a vector, rows in engine order.</summary>
    public nint Vector(string name, RowOrder order, int length)
    {
        float[] values = new float[length];
        var stored = find(name);
        stored.ReadRow(0, values);
        stored.Owner?.Dispose();
        float* copy = (float*)Own(4L * length);
        int[]? rows = order.IsIdentity ? null : order.HubRows(length);
        for (int index = 0; index < length; index++)
        {
            copy[index] = values[rows?[index] ?? index];
        }

        return (nint)copy;
    }

    private static string Module(string weight) => weight.EndsWith(".weight", StringComparison.Ordinal) ? weight[..^".weight".Length] : weight;

    private DecodeAttention Attention(AttentionPlan plan) => plan switch
    {
        GroupedAttention grouped => new DecodeGrouped(grouped, Linear(grouped.Qkv), NormOrNone(grouped.QueryNorm), NormOrNone(grouped.KeyNorm), Linear(grouped.Output)),
        LatentAttention latent => new DecodeLatent(
            latent,
            latent.QueryDown is null ? null : Linear(latent.QueryDown),
            NormOrNone(latent.QueryNorm),
            Linear(latent.Query),
            Linear(latent.KvDown),
            Norm(latent.KvNorm),
            Linear(latent.KvUp),
            Linear(latent.Output)),
        _ => throw new ArgumentOutOfRangeException(nameof(plan), plan.GetType().Name, "Decoding has no such attention."),
    };

    private DecodeMlp Mlp(MlpPlan plan) => plan switch
    {
        PlainMlp plain => new DecodePlain(plain.Act, Linear(plain.Up), Linear(plain.Down)),
        GatedMlp gated => Gated(gated),
        ExpertsMlp experts => new DecodeExperts(
            experts.Router,
            Table(experts.Router.Table, experts.Experts[0].GateUp.In, experts.Router.Experts, exact: true),
            Correction(experts.Router),
            [.. experts.Experts.Select(Gated)],
            experts.Shared is null ? null : Gated(experts.Shared),
            experts.SharedGate is null ? null : Table(experts.SharedGate, experts.Experts[0].GateUp.In, 1, exact: true)),
        _ => throw new ArgumentOutOfRangeException(nameof(plan), plan.GetType().Name, "Decoding has no such mlp."),
    };

    private DecodeGated Gated(GatedMlp plan) => new(plan.Act, Linear(plan.GateUp), Linear(plan.Down));

    private float[] Correction(RouterPlan plan)
    {
        float[] values = new float[plan.CorrectionBias is null ? 0 : plan.Experts];
        if (plan.CorrectionBias is { } name)
        {
            find(name).ReadRow(0, values);
        }

        return values;
    }

    private DecodeLinear Linear(LinearPlan plan, WeightFormat? wanted)
    {
        if (reuse?.Invoke(plan, Linears.Count) is { } shared)
        {
            Linears.Add(shared);
            return shared;
        }

        var stored = plan.Rows.Select(block => find($"{block.Module.Name}.weight")).ToList();
        var form = wanted
            ?? (stored.TrueForAll(weight => weight.Nf4 is not null) ? WeightFormat.Nf4
            : stored.TrueForAll(weight => weight.Dtype is TensorDtype.BF16) ? WeightFormat.Bf16 : WeightFormat.Fp32);
        if (form is WeightFormat.Nf4 && plan.In % WeightRows.Block != 0)
        {
            // A block of 64 would reach over the end of a row; such a matrix keeps what its values need.
            form = stored.TrueForAll(weight => weight.Dtype is TensorDtype.BF16) ? WeightFormat.Bf16 : WeightFormat.Fp32;
        }

        nint bias = 0;
        if (plan.Bias)
        {
            bias = Own(4L * plan.Out);
            new Span<float>((void*)bias, plan.Out).Clear();
        }

        var parts = new List<WeightRows>();
        int first = 0;
        foreach (var (block, weight) in plan.Rows.Zip(stored))
        {
            parts.Add(Rows(block, weight, form));
            if (block.Module.Bias)
            {
                float* source = (float*)Vector($"{block.Module.Name}.bias", block.Order, block.Module.Out);
                new ReadOnlySpan<float>(source, block.Module.Out).CopyTo(new Span<float>((float*)bias + first, block.Module.Out));
            }

            first += block.Module.Out;
        }

        var linear = new DecodeLinear(Linears.Count, plan, parts, bias);
        Linears.Add(linear);
        return linear;
    }

    private WeightRows Rows(RowBlock block, SourceWeight weight, WeightFormat form)
    {
        var (rows, inputs) = (block.Module.Out, block.Module.In);
        bool inPlace = weight.Nf4 is null && block.Order.IsIdentity && !block.Module.Transposed
            && (form, weight.Dtype) is (WeightFormat.Bf16, TensorDtype.BF16) or (WeightFormat.Fp32, TensorDtype.F32);
        if (inPlace)
        {
            return new WeightRows(form, weight.Address, 0, rows, inputs);
        }

        long scales = WeightRows.ScalesOf(form, rows, inputs);
        var made = new WeightRows(form, Own(rows * WeightRows.BytesOf(form, inputs)), scales == 0 ? 0 : Own(4 * scales), rows, inputs);
        int[]? hubRows = block.Order.IsIdentity ? null : block.Order.HubRows(rows);
        ParallelFor.Run(rows, 16, (first, end) =>
        {
            float[] values = new float[inputs];
            for (int row = first; row < end; row++)
            {
                int hub = hubRows?[row] ?? row;
                if (form is WeightFormat.Nf4 && weight.Nf4 is { BlockSize: WeightRows.Block } codes)
                {
                    // The same blocks, so the codes are copied; quantising the values again would round twice.
                    WeightWriter.Copy(made, row, codes, weight.BlockScales, hub);
                    continue;
                }

                if (block.Module.Transposed && weight.Nf4 is null)
                {
                    weight.ReadColumn(hub, values);
                }
                else
                {
                    weight.ReadRow(hub, values);
                }

                WeightWriter.Write(made, row, values);
            }
        });
        weight.Owner?.Dispose();
        return made;
    }

    private nint Own(long bytes)
    {
        var memory = new AlignedMemory(bytes);
        owned.Add(memory);
        return memory.Address;
    }
}
