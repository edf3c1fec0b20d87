using Assay.Models.Engine.Kernels;

namespace Assay.Models.Engine.Decode;

/// <content>Feed-forward branches.</content>
public sealed unsafe partial class Decoder
{
    private readonly List<AdapterRun> ownRuns = [];

    /// <param name="mlp">The branch with its weights.</param>
    /// <param name="x">[rows, D], normed.</param>
    /// <param name="y">[rows, D], receives the branch's output.</param>
    private void Mlp(DecodeMlp mlp, float* x, float* y)
    {
        switch (mlp)
        {
            case DecodePlain plain:
                float* up = scratch.Floats(ScratchName.Up, (long)count * plain.Up.Out);
                Linear(plain.Up, x, plan.Hidden, count, up, plain.Up.Out);
                for (int row = 0, step = Wide ? count : 1; row < count; row += step)
                {
                    var values = Rows(up + ((long)row * plain.Up.Out), plain.Up.Out);
                    PlainActivation.Forward(plain.Act, values, values, new RowSize(step, plain.Up.Out));
                }

                Linear(plain.Down, up, plain.Up.Out, count, y, plan.Hidden);
                break;
            case DecodeGated gated:
                Gated(gated, x, count, y);
                break;
            case DecodeExperts experts:
                Experts(experts, x, y);
                break;
        }
    }

    private void Gated(DecodeGated gated, float* x, int rowCount, float* y)
    {
        int width = gated.Width;
        float* halves = scratch.Floats(ScratchName.Up, 2L * rowCount * width);
        Linear(gated.GateUp, x, plan.Hidden, rowCount, halves, 2 * width);
        for (int row = 0, step = rowCount > MostNarrowRows ? rowCount : 1; row < rowCount; row += step)
        {
            var values = Rows(halves + (2L * row * width), 2 * width);
            GatedActivation.Forward(gated.Act, values, values, new RowSize(step, width));
        }

        Linear(gated.Down, halves, 2 * width, rowCount, y, plan.Hidden);
    }

    private void Experts(DecodeExperts experts, float* x, float* y)
    {
        int width = plan.Hidden;
        int total = experts.Plan.Experts;
        float* scores = scratch.Floats(ScratchName.Router, (long)count * total);
        ownRuns.Clear();
        ownRuns.AddRange(runs);

        // Router weights are part of no adapter, so no run may be looked up for them.
        runs.Clear();
        for (int row = 0; row < count; row += MostNarrowRows)
        {
            // Never a matrix product: its rounding differs, and a near tie would then choose another expert.
            Linear(experts.Router, x + ((long)row * width), width, Math.Min(MostNarrowRows, count - row), scores + ((long)row * total), total);
        }

        new Span<float>(y, checked(count * width)).Clear();
        var choices = ExpertChoice.Of(experts, new ReadOnlySpan<float>(scores, count * total), count);
        for (int expert = 0; expert < total; expert++)
        {
            Expert(experts.Experts[expert], choices.Where(choice => choice.Expert == expert).ToList(), x, y);
        }

        if (experts.Shared is { } shared)
        {
            var everyone = Enumerable.Range(0, count).Select(row => new ExpertChoice(row, -1, SharedFactor(experts.SharedGate, x + ((long)row * width)))).ToList();
            Expert(shared, everyone, x, y);
        }

        runs.Clear();
        runs.AddRange(ownRuns);
    }

    private float SharedFactor(DecodeLinear? gate, float* x)
    {
        if (gate is null)
        {
            return 1;
        }

        float score;
        runs.Clear();
        Linear(gate, x, plan.Hidden, 1, &score, 1);
        return 1 / (1 + MathF.Exp(-score));
    }

    /// <summary>y += factor · expert(x) for the rows that chose it.</summary>
    private void Expert(DecodeGated expert, List<ExpertChoice> chosen, float* x, float* y)
    {
        if (chosen.Count == 0)
        {
            return;
        }

        int width = plan.Hidden;
        float* input = scratch.Floats(ScratchName.ExpertInput, (long)chosen.Count * width);
        float* output = scratch.Floats(ScratchName.ExpertOutput, (long)chosen.Count * width);
        runs.Clear();
        for (int index = 0; index < chosen.Count; index++)
        {
            Buffer.MemoryCopy(x + ((long)chosen[index].Row * width), input + ((long)index * width), 4L * width, 4L * width);
            AddRun(index, rows[chosen[index].Row].Adapter);
        }

        Gated(expert, input, chosen.Count, output);
        for (int index = 0; index < chosen.Count; index++)
        {
            RowArithmetic.Add(Rows(y + ((long)chosen[index].Row * width), width), Rows(output + ((long)index * width), width), new RowSize(1, width), chosen[index].Factor);
        }
    }
}
