using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine.Decode;

/// <summary>Runs tokens of any requests through a model and its caches: few rows by products that read each weight once, many rows by matrix products.</summary>
/// <remarks>
/// A row's result depends on its own request only when at most <see cref="MostNarrowRows"/> rows are given;
/// with more, all rows should belong to one request, whose pieces are then cut the same way each time. Not safe for concurrent use.
/// </remarks>
public sealed unsafe partial class Decoder : IDisposable
{
    /// <summary>Most rows that are computed weight by weight.</summary>
    public const int MostNarrowRows = 16;

    private readonly DecodeWeights shared;
    private readonly DecoderPlan plan;
    private readonly DecodeTeam team;
    private readonly Scratch scratch = new();
    private readonly List<AdapterRun> runs = [];
    private readonly RopeFrequencies? rope;
    private DecodeWeights weights;
    private DecodeRow[] rows = [];
    private int count;

    /// <param name="weights">The model; must live longer.</param>
    /// <param name="threads">Threads for products with few rows, 1 or more; null takes one per core.</param>
    public Decoder(DecodeWeights weights, int? threads = null)
    {
        (shared, this.weights) = (weights, weights);
        plan = weights.Plan;
        team = new DecodeTeam(threads ?? Environment.ProcessorCount);
        rope = plan.Rope is null ? null : new RopeFrequencies(plan.Rope);
        (product, lowRank, attend) = (ProductRange, LowRankRange, AttendRange);
    }

    /// <summary>Whether a pass has too many rows to go weight by weight.</summary>
    private bool Wide => count > MostNarrowRows;

    /// <summary>Computes rows, appends them to their caches, and scores the wanted ones.</summary>
    /// <param name="batch">1 or more rows; rows of one request in order.</param>
    /// <param name="wanted">Rows whose logits are wanted, ascending.</param>
    /// <param name="logits">[wanted, V], receives the scores.</param>
    /// <exception cref="ArgumentException">A row does not fit its cache, its token is outside the vocabulary, or the rows' adapters replace different weights of the base.</exception>
    public void Forward(ReadOnlySpan<DecodeRow> batch, ReadOnlySpan<int> wanted, Span<float> logits)
    {
        Take(batch);
        float* hidden = Embed();
        Rotations();
        for (int index = 0; index < weights.Blocks.Count; index++)
        {
            Block(weights.Blocks[index], index, hidden);
        }

        for (int row = 0; row < count; row++)
        {
            rows[row].Sequence.Length = rows[row].Index + 1;
        }

        Head(hidden, wanted, logits);
    }

    public void Dispose()
    {
        team.Dispose();
        scratch.Dispose();
    }

    private static Rows<Fp32> Rows(float* first, long stride) => new((Fp32*)first, stride);

    private void Take(ReadOnlySpan<DecodeRow> batch)
    {
        if (rows.Length < batch.Length)
        {
            rows = new DecodeRow[batch.Length];
        }

        batch.CopyTo(rows);
        count = batch.Length;
        weights = rows[0].Adapter?.Weights ?? shared;
        runs.Clear();
        for (int row = 0; row < count; row++)
        {
            var (sequence, token, index, _, _, adapter) = rows[row];
            if (index >= sequence.Capacity || (uint)token >= (uint)plan.Vocab)
            {
                throw new ArgumentException($"Token {token} at place {index} does not fit: the vocabulary has {plan.Vocab} tokens, the cache {sequence.Capacity} places.", nameof(batch));
            }

            if ((adapter?.Weights ?? shared) != weights)
            {
                throw new ArgumentException("An adapter that replaces weights of the base cannot share a pass with other rows.", nameof(batch));
            }

            AddRun(row, adapter);
        }
    }

    /// <summary>Says which adapter a row has; rows in ascending order.</summary>
    private void AddRun(int row, DecodeAdapter? adapter)
    {
        if (adapter is null)
        {
            return;
        }

        if (runs.Count > 0 && runs[^1].End == row && runs[^1].Adapter == adapter)
        {
            runs[^1] = runs[^1] with { End = row + 1 };
        }
        else
        {
            runs.Add(new AdapterRun(adapter, row, row + 1));
        }
    }

    private float* Embed()
    {
        int width = plan.Hidden;
        float* hidden = scratch.Floats(ScratchName.Hidden, (long)count * width);
        float scale = (float)plan.Embedding.Scale;
        for (int row = 0; row < count; row++)
        {
            var target = new Span<float>(hidden + ((long)row * width), width);
            weights.Embedding.ReadRow(rows[row].Token, target);
            for (int index = 0; index < width && scale != 1; index++)
            {
                target[index] *= scale;
            }

            if (weights.Positions is { } table)
            {
                AddPosition(table, rows[row].Position, target);
            }
        }

        if (weights.EmbeddingNorm is { } norm)
        {
            Norm(norm, hidden, width, hidden, width, count);
        }

        return hidden;
    }

    private void AddPosition(SourceWeight table, int position, Span<float> target)
    {
        var own = new Span<float>(scratch.Floats(ScratchName.Normed, target.Length), target.Length);
        table.ReadRow(Math.Min(position, (int)table.Rows - 1), own);
        for (int index = 0; index < own.Length; index++)
        {
            target[index] += own[index];
        }
    }

    private void Rotations()
    {
        if (rope is null)
        {
            return;
        }

        int pairs = rope.Pairs;
        float* cos = scratch.Floats(ScratchName.Cos, (long)count * pairs);
        float* sin = scratch.Floats(ScratchName.Sin, (long)count * pairs);
        for (int row = 0; row < count; row++)
        {
            rope.Fill(rows[row].Position, rows[row].Length, new Span<float>(cos + ((long)row * pairs), pairs), new Span<float>(sin + ((long)row * pairs), pairs));
        }
    }

    private void Block(DecodeBlock block, int index, float* hidden)
    {
        int width = plan.Hidden;
        float* normed = scratch.Floats(ScratchName.Normed, (long)count * width);
        float* branch = scratch.Floats(ScratchName.Branch, (long)count * width);
        Norm(block.Pre1, hidden, width, normed, width, count);
        Attention(block.Attention, index, normed, branch);
        if (block.Parallel)
        {
            float* second = scratch.Floats(ScratchName.SecondBranch, (long)count * width);
            if (block.Pre2 is { } own)
            {
                Norm(own, hidden, width, normed, width, count);
            }

            Mlp(block.Mlp, normed, second);
            Add(hidden, branch);
            Add(hidden, second);
            return;
        }

        if (block.Post1 is { } post1)
        {
            Norm(post1, branch, width, branch, width, count);
        }

        Add(hidden, branch);
        Norm(block.Pre2!, hidden, width, normed, width, count);
        Mlp(block.Mlp, normed, branch);
        if (block.Post2 is { } post2)
        {
            Norm(post2, branch, width, branch, width, count);
        }

        Add(hidden, branch);
    }

    private void Head(float* hidden, ReadOnlySpan<int> wanted, Span<float> logits)
    {
        if (wanted.IsEmpty)
        {
            return;
        }

        int width = plan.Hidden;
        float* final = scratch.Floats(ScratchName.Final, (long)wanted.Length * width);
        for (int row = 0; row < wanted.Length; row++)
        {
            Norm(weights.FinalNorm, hidden + ((long)wanted[row] * width), width, final + ((long)row * width), width, 1);
        }

        fixed (float* scores = logits)
        {
            runs.Clear();
            Linear(weights.Head, final, width, wanted.Length, scores, plan.Vocab);
        }

        if (plan.Head.SoftCap is { } cap)
        {
            float limit = (float)cap;
            for (int index = 0; index < wanted.Length * plan.Vocab; index++)
            {
                logits[index] = limit * MathF.Tanh(logits[index] / limit);
            }
        }
    }

    private void Norm(DecodeNorm norm, float* x, long xStride, float* y, long yStride, int rowCount)
    {
        float* moments = scratch.Floats(ScratchName.Moments, 2L * rowCount);
        int step = Wide ? rowCount : 1;
        for (int row = 0; row < rowCount; row += step)
        {
            var source = Rows(x + (row * xStride), xStride);
            var target = Rows(y + (row * yStride), yStride);
            var size = new RowSize(step, norm.Plan.Width);
            if (norm.Plan.Kind is NormKind.Layer)
            {
                LayerNorm.Forward(source, (float*)norm.Weight, (float*)norm.Bias, target, moments, size, (float)norm.Plan.Epsilon);
            }
            else
            {
                RmsNorm.Forward(source, new NormWeight((float*)norm.Weight), target, moments, size, (float)norm.Plan.Epsilon);
            }
        }
    }

    /// <summary>hidden += branch.</summary>
    private void Add(float* hidden, float* branch)
    {
        int step = Wide ? count : 1;
        for (int row = 0; row < count; row += step)
        {
            long offset = (long)row * plan.Hidden;
            RowArithmetic.Add(Rows(hidden + offset, plan.Hidden), Rows(branch + offset, plan.Hidden), new RowSize(step, plan.Hidden));
        }
    }
}
